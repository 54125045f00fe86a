using VectorDb.Build.Aws;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Reporting;
using VectorDb.Build.Tests.Rollout;
using VectorDb.Build.Tests.SmokeTest;

namespace VectorDb.Build.Tests.Images;

/// <summary>The two image steps of a release on a small tree, with a real engine and a real registry.</summary>
[Collection(DockerEngine.Name)]
[Trait(Suites.Trait, Suites.Full)]
public sealed class ReleaseImagesTests : IAsyncLifetime
{
    private static readonly string[] Repositories = ["vectordb-api/app", "vectordb-api/dashboard", "vectordb-api/nginx", "vectordb-api/worker"];

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);
    private readonly string _base = $"vectordb-test/base:{Guid.NewGuid():N}";
    private readonly StringWriter _said = new();
    private ImageRegistryServer? _server;
    private LoopbackRegistry? _registry;
    private SampleApi _api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ImageRegistryServer.StartAsync(Token);
        _registry = new LoopbackRegistry(_server.Address);
        _api = await SampleApi.StartAsync();
        await WriteAsync("stand-in", "root", "etc-release");
        await _commands.RunAsync(new Command("tar", "-C", _folder.File("root"), "-cf", _folder.File("base.tar"), "."), Token);
        await ImportBaseAsync();
        foreach (var (project, published) in new[] { ("VectorDb.Api", "api"), ("VectorDb.Worker", "worker"), ("VectorDb.Dashboard", "dashboard") })
        {
            await WriteAsync($"ARG BASE_IMAGE\nFROM ${{BASE_IMAGE}}\nLABEL vectordb.test={_base}\nCOPY . /app\nUSER 1654\n", "src", project, "Dockerfile");
            await WriteAsync($"{published} {_base}", "artifacts", "publish", published, "program.dll");
        }

        await WriteAsync("host", "artifacts", "publish", PublishedOutput.HostName, "program.dll");
        await WriteAsync($"ARG BASE_IMAGE\nFROM ${{BASE_IMAGE}}\nLABEL vectordb.test={_base}\nCOPY nginx.conf /\nUSER 101\n", "nginx", "Dockerfile");
        await WriteAsync(_base, "nginx", "nginx.conf");
        await WriteAsync("template", "scripts", "templates", "one.sbn");
        await WriteAsync("agent", "monitoring", "cloudwatch-agent.json.sbn");
    }

    public async ValueTask DisposeAsync()
    {
        var images = await _commands.TryAsync(new Command("docker", "images", "--quiet", "--filter", $"label=vectordb.test={_base}"), CancellationToken.None);
        await _commands.TryAsync(new Command("docker", ["rmi", "--force", _base, .. images.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()]), CancellationToken.None);
        _registry?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        await _said.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_images_are_built_and_pushed_once_and_images_json_names_them_by_the_registrys_digests()
    {
        var (first, steps) = Open();
        await first.BuildAsync(Token);
        await first.PushAsync(Token);

        Assert.Equal("app built, worker built, dashboard built, nginx built", steps.Steps[0].Note);
        Assert.Equal("app pushed, worker pushed, dashboard pushed, nginx pushed", steps.Steps[1].Note);
        var pushed = await PushedRelease.ReadAsync(_folder.File("artifacts"), "staging", Token);
        Assert.Equal(Repositories, pushed.Images.Keys.Order());
        Assert.Equal(PublishedOutput.Read(_folder.File("artifacts", "publish")).Services, pushed.Services);
        Assert.Equal(["agent", "images", "templates"], pushed.Sources.Keys.Order());
        foreach (var recipe in Recipes())
        {
            Assert.Equal((await _registry!.FindAsync(recipe.Repository, recipe.ContentTag(), Token))!.Digest, pushed.Images[recipe.Repository]);
        }

        var (second, again) = Open();
        await second.BuildAsync(Token);
        await second.PushAsync(Token);

        Assert.Equal("app in the registry, worker in the registry, dashboard in the registry, nginx in the registry", again.Steps[0].Note);
        Assert.Equal("app there, worker there, dashboard there, nginx there", again.Steps[1].Note);
        Assert.Equal(1, _registry!.Logins);
        Assert.Equal(pushed.Images, (await PushedRelease.ReadAsync(_folder.File("artifacts"), "staging", Token)).Images);
    }

    [Fact]
    public async Task A_change_of_one_service_pushes_that_service_alone()
    {
        await Open().Images.PushAsync(Token);
        await WriteAsync($"changed {_base}", "artifacts", "publish", "worker", "program.dll");

        var (images, steps) = Open();
        await images.PushAsync(Token);

        Assert.Equal("app there, worker pushed, dashboard there, nginx there", steps.Steps[0].Note);
    }

    [Fact]
    public async Task Findings_that_stop_a_release_leave_no_images_json()
    {
        using var scanned = LoopbackRegistry.Saying(_server!.Address, new ImageScan("COMPLETE", null, new Dictionary<string, int>(StringComparer.Ordinal) { ["CRITICAL"] = 1 }));

        await Assert.ThrowsAsync<ScanException>(() => Open(scanned).Images.PushAsync(Token));

        Assert.False(File.Exists(_folder.File("artifacts", "staging", "images.json")));
    }

    [Fact]
    public async Task What_is_built_on_a_stand_in_serves_a_rehearsal_and_is_made_anew_of_the_real_base_for_AWS()
    {
        await ImportBaseAsync("--change", "LABEL vectordb.stand-in=true");
        await Open(environment: "rehearsal").Images.BuildAsync(Token);

        var refused = await Assert.ThrowsAsync<StandInException>(() => Open().Images.PushAsync(Token));
        Assert.Contains($"docker pull --platform linux/amd64 {_base}", refused.Message, StringComparison.Ordinal);
        Assert.Null(await _registry!.FindAsync("vectordb-api/app", Recipes()[0].ContentTag(), Token));

        await ImportBaseAsync();
        var (images, steps) = Open();
        await images.BuildAsync(Token);

        Assert.Equal("app built, worker built, dashboard built, nginx built", steps.Steps[0].Note);
    }

    [Fact]
    public async Task On_this_machine_the_images_get_names_to_develop_with()
    {
        // The Dockerfiles' own base, as on a developer's machine.
        foreach (var dockerfile in Directory.GetFiles(_folder.Path, "Dockerfile", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(dockerfile, (await File.ReadAllTextAsync(dockerfile, Token)).Replace("ARG BASE_IMAGE\n", $"ARG BASE_IMAGE={_base}\n", StringComparison.Ordinal), Token);
        }

        var (images, steps) = Open(local: true);
        await images.BuildAsync(Token);

        Assert.Equal("app built, worker built, dashboard built, nginx built", steps.Steps[0].Note);
        foreach (var recipe in ImageRecipe.OfRelease(_folder.Path))
        {
            var label = await _commands.RunAsync(new Command("docker", "image", "inspect", "--format", "{{index .Config.Labels \"vectordb.content\"}}", $"{recipe.Repository}:dev"), Token);
            Assert.Equal(recipe.ContentTag(), label.Output.Trim());
        }
    }

    [Fact]
    public async Task Where_nothing_may_be_pushed_what_the_registry_lacks_is_known_by_its_content()
    {
        var (images, _) = Open();
        await images.BuildAsync(Token);
        await images.PushAsync(Token);
        var before = await PushedRelease.ReadAsync(_folder.File("artifacts"), "staging", Token);
        await WriteAsync($"changed {_base}", "artifacts", "publish", "worker", "program.dll");

        var (planned, steps) = Open(unpushed: true);
        await planned.BuildAsync(Token);
        await planned.PushAsync(Token);

        Assert.Equal(["left out: nothing is to be pushed", "app there, worker by its content, dashboard there, nginx there"], steps.Steps.Select(step => step.Note));
        var after = await PushedRelease.ReadAsync(_folder.File("artifacts"), "staging", Token);
        Assert.Empty(before.Unpushed);
        Assert.Equal(["vectordb-api/worker"], after.Unpushed);
        Assert.Equal(before.Images["vectordb-api/app"], after.Images["vectordb-api/app"]);
        Assert.NotEqual(before.Images["vectordb-api/worker"], after.Images["vectordb-api/worker"]);
        Assert.Null(await _registry!.FindAsync("vectordb-api/worker", Recipes().Single(recipe => recipe.Service == "worker").ContentTag(), Token));
    }

    private Task ImportBaseAsync(params string[] options) =>
        _commands.RunAsync(new Command("docker", ["import", .. options, _folder.File("base.tar"), _base]), Token);

    private IReadOnlyList<ImageRecipe> Recipes() => ImageRecipe.OfRelease(_folder.Path, _base, _base);

    private (ReleaseImages Images, StepJournal Steps) Open(
        LoopbackRegistry? registry = null, bool local = false, bool unpushed = false, string environment = "staging")
    {
        var journal = new StepJournal(BuildConsole.Create(_said), TimeProvider.System);
        var docker = new DockerClient(_commands);
        var there = registry ?? _registry!;
        var steps = new ReleaseSteps(new TestEnvironment(_folder.Path, new FakeRollout(_api), new LocalSmokeKey(new LocalApiKeys(_folder.File("secrets")))), journal, target: null);
        return (
            new ReleaseImages(
                new Workspace(_folder.Path, new Orphans(_folder.Path, new SystemProcessTable()), journal), steps, journal, new ImageBuilder(docker), docker,
                new Lazy<ImageTarget?>(() => local
                    ? null
                    : new ImageTarget(environment, there, new ImagePusher(docker, there, TimeProvider.System), new ScanGate(there, "HIGH", TimeProvider.System), _base, _base)),
                unpushed),
            journal);
    }

    private Task WriteAsync(string content, params string[] path)
    {
        var file = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return File.WriteAllTextAsync(file, content, Token);
    }
}
