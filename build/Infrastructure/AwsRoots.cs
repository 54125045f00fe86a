using System.Text.Json.Nodes;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Infrastructure;

/// <summary>The two root modules of an environment in AWS, each with its state in the environment's state bucket.</summary>
internal static class AwsRoots
{
    /// <param name="stored">Settings to keep in the parameter store, by their parameter's name.</param>
    public static TerraformRoot Foundation(AwsAccount account, Workspace workspace, IReadOnlyDictionary<string, string> stored)
    {
        var variables = account.Settings.FoundationVariables();
        variables["environment"] = account.Environment;
        variables["state_bucket"] = account.StateBucket;
        variables["settings"] = new JsonObject(stored.Select(static each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value)));
        return Root(account, workspace, "foundation", Path.Combine("terraform", "foundation"), variables);
    }

    /// <param name="scripts">User data by profile.</param>
    public static TerraformRoot Service(AwsAccount account, Workspace workspace, IReadOnlyDictionary<string, string> scripts)
    {
        var variables = account.Settings.TerraformVariables();
        variables["environment"] = account.Environment;
        variables["user_data_files"] = new JsonObject(scripts.Select(static each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value)));
        return Root(account, workspace, "service", "terraform", variables);
    }

    private static TerraformRoot Root(AwsAccount account, Workspace workspace, string name, string sources, JsonObject variables) =>
        new(Path.Combine(workspace.Root, sources), Path.Combine(workspace.Artifacts, account.Environment, "terraform", name))
        {
            Variables = variables,
            Backend = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["bucket"] = account.StateBucket,
                ["key"] = $"{name}.tfstate",
                ["region"] = account.Region,
            },
            Mirror = ProviderMirror.Find(System.Environment.GetEnvironmentVariable),
            // Terraform's own name for what stands in for AWS; provider and backend both take it.
            Environment = account.Endpoint is { } endpoint
                ? new Dictionary<string, string?>(StringComparer.Ordinal) { ["AWS_ENDPOINT_URL"] = endpoint.AbsoluteUri.TrimEnd('/') }
                : [],
        };
}
