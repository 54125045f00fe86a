using System.Text.Json.Nodes;
using VectorDb.Build.Compilation;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The Terraform roots of an environment: where they work, where their state is, as whom they call.</summary>
internal sealed class AwsTerraform(AwsAccount account, Workspace workspace)
{
    public string Waivers => Path.Combine(workspace.Root, "terraform", "policy-waivers.json");

    /// <summary>Everything that must exist before an image can be pushed.</summary>
    public TerraformRoot Foundation(JsonObject variables) => Root("foundation", Path.Combine(workspace.Root, "terraform", "foundation"), variables);

    /// <summary>Everything else.</summary>
    public TerraformRoot Service(JsonObject variables) => Root("service", Path.Combine(workspace.Root, "terraform"), variables);

    private TerraformRoot Root(string name, string directory, JsonObject variables) =>
        new(directory, Path.Combine(workspace.Artifacts, account.Environment, "terraform", name))
        {
            Variables = variables,
            Backend = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["bucket"] = account.StateBucket,
                ["key"] = $"{name}.tfstate",
                ["region"] = account.Region,
            },
            Mirror = ProviderMirror.Find(System.Environment.GetEnvironmentVariable),
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["AWS_REGION"] = account.Region,
                ["AWS_ENDPOINT_URL"] = account.Endpoint?.AbsoluteUri.TrimEnd('/'),
            },
        };
}
