using System.Text.Json;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Releases;
using VectorDb.Build.Tests.Emulator;
using static VectorDb.Build.Releases.LedgerEvent;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>From one emulated environment to another, whose infrastructure the real Terraform makes.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class PromotionTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>, IAsyncLifetime
{
    private static readonly string[] Repositories = ["vectordb-api/app", "vectordb-api/dashboard", "vectordb-api/nginx", "vectordb-api/worker"];

    private readonly TemporaryFolder _files = new();
    private AwsBuildRun _staging = null!;
    private ReleaseId _proved;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Reader => $"arn:aws:iam::{EmulatedAws.Account}:role/vectordb-{_staging.Site.Name}-reader";

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("terraform");
        _staging = await AwsBuildRun.CreateAsync(aws);
        await _staging.Site.StoreSettingsAsync();
        _proved = await _staging.DeployAsync("proved in staging", await PushAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_staging is not null)
        {
            await _staging.DisposeAsync();
        }

        _files.Dispose();
    }

    [Fact]
    public async Task What_staging_has_proved_runs_in_production_by_the_same_digests_and_without_a_build_also_after_an_apply_that_failed_half_way()
    {
        await using var production = await ProductionAsync();
        production.Set(("VECTORDB_PROMOTION_ROLES", Reader), ("VECTORDB_PROMOTION_READERS", Reader), ("VECTORDB_APPROVAL", "none"));
        Assert.True(await production.RunAsync("Bootstrap", $"--files={_files.Path}") == 0, production.Output);
        production.Set(("VECTORDB_PROMOTION_ROLES", Reader), ("VECTORDB_PROMOTION_READERS", Reader));
        var proved = (await _staging.Catalog.FindAsync(_proved, Token))!;

        Assert.True(await production.RunAsync("PlanPromotion", $"--from={_staging.Site.Name}") == 0, production.Output);
        Assert.Contains($"release {_proved} of {_staging.Site.Name}: only planned, not copied", production.Output, StringComparison.Ordinal);
        Assert.Empty(await production.LedgerAsync());

        Assert.Equal(1, await production.RunAsync("Promote", $"--from={_staging.Site.Name}", await ApprovalAsync(production)));
        Assert.Contains("The registry has not scanned vectordb-api/app@sha256:", production.Output, StringComparison.Ordinal);
        production.Set(("VECTORDB_PROMOTION_ROLES", Reader), ("VECTORDB_PROMOTION_READERS", Reader), ("VECTORDB_SCAN_THRESHOLD", "NONE"));
        await aws.ControlAsync(HttpMethod.Post, "faults", new { service = "elasticloadbalancing", action = "CreateListener", times = 1, status = 400, code = "TooManyListeners", message = "no more" });
        Assert.Equal(1, await production.RunAsync("Promote", $"--from={_staging.Site.Name}", await ApprovalAsync(production)));
        Assert.Contains("TooManyListeners", production.Output, StringComparison.Ordinal);
        Assert.Null((await production.Lock.ReadAsync(Token)).Holder);
        Assert.Empty(await production.LedgerAsync());
        Assert.True(await production.RunAsync("PlanPromotion", $"--from={_staging.Site.Name}") == 0, production.Output);

        Assert.True(await production.RunAsync("Promote", $"--from={_staging.Site.Name}", await ApprovalAsync(production)) == 0, production.Output);

        Assert.Contains($"release {_proved} of {_staging.Site.Name}: the registry has them", production.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(production.Root, "artifacts", "publish")));
        Assert.Equal([DeployStarted, Activated, Verified], (await production.LedgerAsync()).Select(static entry => entry.Event));
        var manifest = (await production.Catalog.FindAsync((await production.LedgerAsync())[^1].Release!.Value, Token))!;
        Assert.Equal(proved.Images.OrderBy(static each => each.Key), manifest.Images.OrderBy(static each => each.Key));
        Assert.Equal(proved.Services.OrderBy(static each => each.Key), manifest.Services.OrderBy(static each => each.Key));
        Assert.Equal(proved.Commit, manifest.Commit);
        var serving = await production.Site.Boots.ServingAsync("web");
        Assert.Equal(AwsSite.WebMinimum, serving.Count);
        Assert.All(serving, machine => Assert.Contains($"BUNDLE_SHA256={manifest.RenderedFiles["bundle.tar"].Hex}\n", machine.UserData, StringComparison.Ordinal));
        await ReaderCouldDoNoMoreThanItDidAsync(production.Site.Name);

        Assert.True(await production.RunAsync("Promote", $"--from={_staging.Site.Name}") == 0, production.Output);
        Assert.Contains($"Nothing to do: release {manifest.Release} is active", production.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_proved_is_not_promoted()
    {
        await using var production = await AwsBuildRun.CreateAsync(aws);
        await using var empty = await AwsBuildRun.CreateAsync(aws);
        await empty.Site.StoreSettingsAsync();

        Assert.Equal(1, await production.RunAsync("Promote", $"--from={empty.Site.Name}"));
        Assert.Contains($"No verified release is active in {empty.Site.Name}. What there is: ./build.sh --target=History", production.Output, StringComparison.Ordinal);

        Assert.Empty(await production.LedgerAsync());
    }

    [Theory]
    [InlineData("local")]
    [InlineData("Staging")]
    [InlineData("../staging")]
    [InlineData(null)]
    public async Task A_promotion_is_from_another_environment_in_AWS(string? from)
    {
        await using var production = await AwsBuildRun.CreateAsync(aws);

        Assert.Equal(2, await production.RunAsync("Promote", $"--from={from ?? production.Site.Name}"));

        Assert.Contains($"--from cannot be '{from ?? production.Site.Name}': a promotion needs two environments in AWS", production.Output, StringComparison.Ordinal);
        Assert.Empty(await production.LedgerAsync());
    }

    [Fact]
    public async Task A_tree_that_would_render_other_files_names_the_commit_to_take()
    {
        await using var production = await AwsBuildRun.CreateAsync(aws);
        await File.AppendAllTextAsync(Path.Combine(production.Root, "scripts", "templates", "settings.sh.sbn"), "# changed\n", Token);

        Assert.Equal(1, await production.RunAsync("Promote", $"--from={_staging.Site.Name}"));

        Assert.Contains("this tree would render its files from other sources (templates). Take that commit: git checkout", production.Output, StringComparison.Ordinal);
        Assert.Empty(await production.LedgerAsync());
    }

    [Fact]
    public async Task Where_readers_are_named_that_of_the_environment_must_be_among_them()
    {
        await using var production = await AwsBuildRun.CreateAsync(aws);
        production.Set(("VECTORDB_PROMOTION_ROLES", $"arn:aws:iam::{EmulatedAws.Account}:role/vectordb-elsewhere-reader"));

        Assert.Equal(1, await production.RunAsync("PlanPromotion", $"--from={_staging.Site.Name}"));

        Assert.Contains($"none of it is the reader of {_staging.Site.Name}. Add arn:aws:iam::<account>:role/vectordb-{_staging.Site.Name}-reader", production.Output, StringComparison.Ordinal);
    }

    private static async Task<string> ApprovalAsync(AwsBuildRun build)
    {
        using var plan = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(build.Root, "artifacts", build.Site.Name, "plan.json"), Token));
        return $"--approve={plan.RootElement.GetProperty("hash").GetString()}";
    }

    [Fact]
    public async Task Where_the_reader_may_not_be_taken_the_credentials_at_hand_are_tried()
    {
        await using var production = await AwsBuildRun.CreateAsync(aws);
        production.Set(("VECTORDB_PROMOTION_ROLES", Reader));
        // It is read far enough to know that this tree is another one.
        await File.AppendAllTextAsync(Path.Combine(production.Root, "scripts", "templates", "settings.sh.sbn"), "# changed\n", Token);
        await aws.ControlAsync(HttpMethod.Post, "faults", new { service = "sts", action = "AssumeRole", times = 1, status = 403, code = "AccessDenied", message = "not trusted" });

        Assert.Equal(1, await production.RunAsync("PlanPromotion", $"--from={_staging.Site.Name}"));

        Assert.Contains($"{Reader} cannot be taken, and {_staging.Site.Name} is read with the credentials at hand.", production.Output, StringComparison.Ordinal);
        Assert.Contains("this tree would render its files from other sources (templates)", production.Output, StringComparison.Ordinal);
    }

    /// <summary>An environment in the same account, with nothing in it.</summary>
    private async Task<AwsBuildRun> ProductionAsync()
    {
        await File.WriteAllTextAsync(_files.File("plugin"), "the plugin", Token);
        await File.WriteAllTextAsync(_files.File("authorities"), "the authorities", Token);
        var zone = await aws.ControlAsync(HttpMethod.Post, "hosted-zones", new { name = "api.example.org" });
        return await AwsBuildRun.CreateAsync(
            AwsSite.Bare(
                aws, ("VECTORDB_COMPOSE_SHA256", ContentHash.OfText("the plugin").Hex), ("VECTORDB_CA_BUNDLE_SHA256", ContentHash.OfText("the authorities").Hex),
                ("VECTORDB_HOSTED_ZONE_ID", zone.GetProperty("id").GetString()!), ("VECTORDB_IMAGE_ID", "ami-0123456789abcdef0"), ("VECTORDB_MANAGE_REGISTRY", "false"), ("VECTORDB_DELETION_PROTECTION", "false")),
            terraform: true);
    }

    /// <returns>Digests by repository of images that the account's registry has.</returns>
    private async Task<IReadOnlyDictionary<string, string>> PushAsync()
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var repository in Repositories)
        {
            // There already where another test of the class has made it.
            await aws.JsonAsync("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", new { repositoryName = repository });
            var manifest = JsonSerializer.Serialize(new { schemaVersion = 2, mediaType = "application/vnd.docker.distribution.manifest.v2+json", config = new { digest = ContentHash.OfText($"{repository} {_staging.Site.Name}").ToString() } });
            var image = await aws.JsonAsync("ecr", "AmazonEC2ContainerRegistry_V20150921.PutImage", new { repositoryName = repository, imageManifest = manifest, imageTag = _staging.Site.Name });
            digests[repository] = image.GetProperty("image").GetProperty("imageId").GetProperty("imageDigest").GetString()!;
        }

        return digests;
    }

    /// <summary>The role that staging's bootstrap would have made is that of production's, which has the same policy.</summary>
    private async Task ReaderCouldDoNoMoreThanItDidAsync(string production)
    {
        var answer = await aws.QueryAsync("iam", "GetRolePolicy", ("RoleName", $"vectordb-{production}-reader"), ("PolicyName", "proved"));
        using var policy = JsonDocument.Parse(Uri.UnescapeDataString(answer.Descendants("PolicyDocument").Single().Value));
        var allowed = policy.RootElement.GetProperty("Statement").EnumerateArray()
            .SelectMany(static statement => statement.GetProperty("Action").EnumerateArray()).Select(static action => action.GetString()!).ToHashSet();
        var used = (await aws.ControlAsync(HttpMethod.Get, "calls")).Deserialize<List<RecordedCall>>(JsonSerializerOptions.Web)!
            .Where(call => call.Principal == $"vectordb-{_staging.Site.Name}-reader").SelectMany(static call => call.Permissions).ToHashSet();

        Assert.Empty(used.Except(allowed));
        // With a registry for both nothing is copied, and decryption is a service's own call.
        Assert.Equal(["ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "kms:Decrypt"], allowed.Except(used).Order());
    }
}
