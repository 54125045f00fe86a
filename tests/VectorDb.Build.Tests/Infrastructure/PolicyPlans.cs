using System.Text.Json;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Infrastructure.Plans;
using VectorDb.Build.Infrastructure.Policy;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>Two roots, planned once by the real Terraform: one breaks every rule, one satisfies every rule.</summary>
public sealed class PolicyPlans : IAsyncLifetime
{
    // A resource in the state that the configuration no longer has: the plan destroys it.
    private const string State = """
        {"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"policy","outputs":{},"resources":[{"mode":"managed","type":"%TYPE%","name":"stateful_destroyed",
        "provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{"schema_version":%SCHEMA%,"attributes":{"id":"old","arn":"arn:aws:old"},"sensitive_attributes":[]}]}],"check_results":null}
        """;

    private readonly TemporaryFolder _folder = new();

    internal Plan Rejected { get; private set; } = null!;

    internal Plan Accepted { get; private set; } = null!;

    internal static IReadOnlyList<PolicyFinding> Judge(Plan plan) => PolicyCheck.Judge(plan, [], new DateOnly(2026, 1, 1));

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("terraform");
        var plans = await Task.WhenAll(PlanAsync("rejected", "aws_dynamodb_table", 1), PlanAsync("accepted", "aws_sns_topic", 0));
        (Rejected, Accepted) = (plans[0], plans[1]);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Plan> PlanAsync(string verdict, string type, int schema)
    {
        var sources = Path.Combine(Repository.Root, "tests", "VectorDb.Build.Tests", "Infrastructure", "policy");
        var root = Directory.CreateDirectory(_folder.File(verdict)).FullName;
        File.Copy(Path.Combine(sources, verdict, "main.tf"), Path.Combine(root, "main.tf"));
        File.Copy(Path.Combine(sources, "provider.tf"), Path.Combine(root, "provider.tf"));
        File.Copy(Path.Combine(Repository.Root, "terraform", ".terraform.lock.hcl"), Path.Combine(root, ".terraform.lock.hcl"));
        await File.WriteAllTextAsync(
            Path.Combine(root, "terraform.tfstate"), State.Replace("%TYPE%", type, StringComparison.Ordinal).Replace("%SCHEMA%", $"{schema}", StringComparison.Ordinal));
        var terraform = new Terraform(new CommandRunner(TimeProvider.System), new TerraformRoot(root, _folder.File($"{verdict}-work"))
        {
            Mirror = ProviderMirror.Find(Environment.GetEnvironmentVariable),
            // No AWS is asked: what is judged is the plan alone.
            Environment = new Dictionary<string, string?> { ["TF_CLI_ARGS_plan"] = "-refresh=false" },
        });
        await terraform.InitializeAsync(withState: true, TestContext.Current.CancellationToken);
        var saved = await terraform.PlanAsync("policy", destroy: false, TestContext.Current.CancellationToken);
        using JsonDocument document = await terraform.ShowAsync(saved, TestContext.Current.CancellationToken);
        return PlanReader.Read(document.RootElement);
    }
}
