using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Secrets;
using VectorDb.Build.Tests.Aws;
using VectorDb.Build.Tests.Emulator;
using VectorDb.Build.Tests.Rendering;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>
/// The life of an environment, lived once with the real Terraform and provider on an emulated AWS: applied, planned again, given
/// another boot script, destroyed. The tests look at what was left at each stage.
/// </summary>
public sealed class AppliedEnvironment : IAsyncLifetime
{
    /// <summary>Minor versions that AWS has raised database and cache to.</summary>
    public const string RaisedDatabase = "17.9";

    /// <inheritdoc cref="RaisedDatabase"/>
    public const string RaisedCache = "8.2";

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);

    internal PlannedChange First { get; private set; } = null!;

    internal PlannedChange FoundationAgain { get; private set; } = null!;

    internal PlannedChange Again { get; private set; } = null!;

    internal PlannedChange WithAnotherScript { get; private set; } = null!;

    public IReadOnlyDictionary<string, JsonElement> Outputs { get; private set; } = null!;

    /// <summary>Values that exist in Secrets Manager and nowhere else.</summary>
    public IReadOnlyList<string> SecretValues { get; private set; } = [];

    /// <summary>All that could hold a secret by mistake, by name: states, plans, outputs.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; private set; } = null!;

    /// <summary>Launch template versions of the web group: the one it names, and the newest.</summary>
    public (string Named, string Newest) Versions { get; private set; }

    /// <summary>Permissions that the calls of a root needed.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Permissions { get; private set; } = null!;

    /// <summary>What the emulator holds after the destroy.</summary>
    public string Left { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("terraform");
        RequiredTool.Find("moto_server");
        await using var aws = await EmulatedAws.StartAsync(
            // A load balancer that gives an address for its name, as the rehearsal's does, must not trouble Terraform.
            _commands, Repository.Root, new EmulatorOptions(60) { BalancerAddress = "127.31.250.1" }, TimeProvider.System, Token);
        try
        {
            await LiveAsync(aws);
        }
        catch (CommandFailedException failure)
        {
            throw new InvalidOperationException($"{failure.Message}\nThe emulator: {string.Join('\n', aws.Said.Skip(1))}", failure);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task LiveAsync(EmulatedAws aws)
    {
        var roots = await RehearsalInfrastructure.PrepareAsync(aws, Repository.Root, _folder.Path, Token);
        Render(roots.Service, "one");
        var (foundation, service) = (Change(roots.Foundation), Change(roots.Service));

        // The service needs what the foundation writes early, and both wait long for AWS: so they overlap.
        var making = ApplyAsync(foundation);
        await Eventually.TrueAsync(
            async () => making.IsCompleted || await IsReadyAsync(aws), "the foundation's parameters", TimeSpan.FromMinutes(3));
        First = await ApplyAsync(service);
        await making;
        await LiveOnAsync(aws);
        FoundationAgain = await foundation.Change.PlanAsync(NoInputs, destroy: false, Token);
        Again = await service.Change.PlanAsync(NoInputs, destroy: false, Token);
        Outputs = await service.Terraform.OutputsAsync(Token);
        await LookForSecretsAsync(aws, roots);

        Render(roots.Service, "two");
        WithAnotherScript = await ApplyAsync(service);
        Versions = await VersionsAsync(aws, service.Terraform);

        await Task.WhenAll(DestroyAsync(service), DestroyAsync(foundation));
        Permissions = await PermissionsAsync(aws);
        Left = (await aws.ControlAsync(HttpMethod.Get, "resources", null, Token)).GetRawText();
    }

    private static Dictionary<string, string> NoInputs { get; } = [];

    private (TerraformRoot Root, Terraform Terraform, InfrastructureChange Change) Change(TerraformRoot root)
    {
        var terraform = new Terraform(_commands, root);
        return (root, terraform, new InfrastructureChange(terraform, Path.Combine(Repository.Root, "terraform", "policy-waivers.json"), TimeProvider.System));
    }

    // The boot scripts and dashboards of a real release.
    private void Render(TerraformRoot service, string release)
    {
        JsonObject scripts = [], dashboards = [];
        foreach (var file in SampleRelease.Templates.Render(SampleRelease.For("rehearsal") with { Commit = release }))
        {
            var path = _folder.File(Path.GetFileName(file.Path));
            File.WriteAllBytes(path, file.Content.Span);
            if (file.Path.StartsWith("user-data-", StringComparison.Ordinal))
            {
                File.AppendAllText(path, $"# {release}\n");
                scripts[Path.GetFileNameWithoutExtension(file.Path)["user-data-".Length..]] = path;
            }
            else if (file.Path.StartsWith("dashboards/", StringComparison.Ordinal))
            {
                dashboards[Path.GetFileNameWithoutExtension(file.Path)] = path;
            }
        }

        service.Variables["user_data_files"] = scripts;
        service.Variables["dashboard_files"] = dashboards;
    }

    private static async Task<PlannedChange> ApplyAsync((TerraformRoot Root, Terraform Terraform, InfrastructureChange Change) root)
    {
        await root.Terraform.InitializeAsync(withState: true, Token);
        var planned = await root.Change.PlanAsync(NoInputs, destroy: false, Token);
        await root.Change.ApplyAsync(planned, static _ => { }, Token);
        return planned;
    }

    private static async Task DestroyAsync((TerraformRoot Root, Terraform Terraform, InfrastructureChange Change) root) =>
        await root.Change.ApplyAsync(await root.Change.PlanAsync(NoInputs, destroy: true, Token), static _ => { }, Token);

    private static async Task<bool> IsReadyAsync(EmulatedAws aws) =>
        (await aws.ControlAsync(HttpMethod.Get, "resources", null, Token)).TryGetProperty("ssm", out var parameters) && parameters.GetArrayLength() >= 5;

    // What Bootstrap, two rotations and AWS's own maintenance do between two releases.
    private static async Task LiveOnAsync(EmulatedAws aws)
    {
        using var services = MotoTest.Connect(aws.Endpoint);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await services.SecretsManager.PutAsync("vectordb/rehearsal/redis-password", CachePassword.Generate(), Token);
        }

        using var wire = new AwsWire(aws);
        await wire.QueryAsync("rds", "ModifyDBCluster", ("DBClusterIdentifier", "vectordb-rehearsal"), ("EngineVersion", RaisedDatabase));
        await wire.QueryAsync("elasticache", "ModifyReplicationGroup", ("ReplicationGroupId", "vectordb-rehearsal"), ("EngineVersion", RaisedCache));
    }

    private async Task LookForSecretsAsync(EmulatedAws aws, RehearsalInfrastructure roots)
    {
        using var services = MotoTest.Connect(aws.Endpoint);
        using var master = JsonDocument.Parse(await services.SecretsManager.ReadAsync(Outputs["database_secret_arn"].GetString()!, Token));
        SecretValues = [await services.SecretsManager.ReadAsync("vectordb/rehearsal/redis-password", Token), master.RootElement.GetProperty("password").GetString()!];

        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials("test", "test"), new AmazonS3Config { ServiceURL = aws.Endpoint.AbsoluteUri, AuthenticationRegion = EmulatedAws.Region, ForcePathStyle = true });
        Dictionary<string, string> texts = new(StringComparer.Ordinal) { ["outputs"] = JsonSerializer.Serialize(Outputs) };
        foreach (var root in new[] { roots.Foundation, roots.Service })
        {
            using var state = await s3.GetObjectAsync(root.Backend["bucket"], root.Backend["key"], Token);
            using var reader = new StreamReader(state.ResponseStream);
            texts[$"state {root.Backend["key"]}"] = await reader.ReadToEndAsync(Token);
            using var plan = await new Terraform(_commands, root).ShowAsync(new SavedPlan(Path.Combine(root.WorkDirectory, "change.tfplan"), HasChanges: true, default), Token);
            texts[$"plan {root.Backend["key"]}"] = plan.RootElement.GetRawText();
        }

        Texts = texts;
    }

    private static async Task<(string Named, string Newest)> VersionsAsync(EmulatedAws aws, Terraform service)
    {
        using var services = MotoTest.Connect(aws.Endpoint);
        var group = await services.AutoScaling.FindGroupAsync("vectordb-rehearsal-web", Token);
        var outputs = await service.OutputsAsync(Token);
        return (group!.Template!.Version, outputs["groups"].GetProperty("web").GetProperty("launch_template_version").GetRawText());
    }

    private static async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> PermissionsAsync(EmulatedAws aws) =>
        (await aws.CallsAsync(Token))
            .GroupBy(static call => call.Principal, StringComparer.Ordinal)
            .ToDictionary(
                static caller => caller.Key,
                static caller => (IReadOnlySet<string>)caller.SelectMany(static call => call.Permissions).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal);
}
