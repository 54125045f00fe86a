using System.Runtime.Versioning;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VectorDb.Build.Aws;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;
using VectorDb.Build.Tests.Environments.Aws;

namespace VectorDb.Build.Tests.Images;

/// <summary>With a real engine and a real registry; the base image is an empty one made on the spot.</summary>
[Trait(Suites.Trait, Suites.Full)]
[Collection(DockerEngine.Name)]
[UnsupportedOSPlatform("windows")]
public sealed class ImageTests : IAsyncLifetime
{
    /// <summary>As ECR refuses a tag that is set: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html</summary>
    private static readonly object Immutable = new { errors = new[] { new { code = "TAG_INVALID", message = "The image tag already exists and cannot be overwritten because the repository is immutable." } } };

    private readonly TemporaryFolder _folder = new();
    private readonly string _base = $"vectordb-test/base:{Guid.NewGuid():N}";
    private ImageRegistryServer? _server;
    private LoopbackRegistry _registry = null!;
    private DockerClient _docker = null!;
    private ImageRecipe[] _recipes = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ImageRegistryServer.StartAsync(Token);
        _registry = new LoopbackRegistry(_server.Address);
        var commands = new CommandRunner(TimeProvider.System);
        _docker = new DockerClient(commands);
        Directory.CreateDirectory(_folder.File("root"));
        await File.WriteAllTextAsync(_folder.File("root", "etc-release"), "base", Token);
        await commands.RunAsync(new Command("tar", "-C", _folder.File("root"), "-cf", _folder.File("base.tar"), "."), Token);
        await commands.RunAsync(new Command("docker", "import", _folder.File("base.tar"), _base), Token);
        _recipes = [await RecipeAsync("app"), await RecipeAsync("worker")];
    }

    public async ValueTask DisposeAsync()
    {
        if (_docker is not null)
        {
            var commands = new CommandRunner(TimeProvider.System);
            var images = await commands.TryAsync(new Command("docker", "images", "--quiet", "--filter", $"label=vectordb.test={_base}"), CancellationToken.None);
            await commands.TryAsync(new Command("docker", ["rmi", "--force", _base, .. images.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()]), CancellationToken.None);
        }

        _registry?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task An_image_is_built_once_pushed_once_and_then_known_by_the_digest_of_the_registry()
    {
        var first = await BuildAndPushAsync();
        var second = await BuildAndPushAsync();

        Assert.All(first.Built, static image => Assert.Equal(BuildOutcome.Built, image.Outcome));
        Assert.All(first.Pushed, static image => Assert.True(image.Pushed));
        Assert.All(second.Built, static image => Assert.Equal(BuildOutcome.InRegistry, image.Outcome));
        Assert.All(second.Pushed, static image => Assert.False(image.Pushed));
        Assert.Equal(first.Pushed.Select(static image => image.Image), second.Pushed.Select(static image => image.Image));
        Assert.Equal(1, _registry.Logins);
        var found = await _registry.FindAsync("vectordb-api/app", first.Built[0].Tag, Token);
        Assert.Equal(found!.Digest, first.Pushed[0].Image.Digest);
    }

    [Fact]
    public async Task Changed_content_is_another_image_and_the_unchanged_one_stays()
    {
        var first = await BuildAndPushAsync();
        await File.WriteAllTextAsync(Path.Combine(_recipes[1].Context, "program"), "changed", Token);

        var second = await BuildAndPushAsync();

        Assert.Equal([BuildOutcome.InRegistry, BuildOutcome.Built], second.Built.Select(static image => image.Outcome));
        Assert.Equal(first.Pushed[0].Image, second.Pushed[0].Image);
        Assert.NotEqual(first.Pushed[1].Image, second.Pushed[1].Image);
    }

    [Theory]
    [InlineData("linux/amd64")]
    [InlineData("linux/arm64")]
    public async Task An_image_is_for_the_platform_of_its_recipe_and_its_tag_tells_which(string platform)
    {
        var recipe = _recipes[0] with { Platform = platform };
        await File.WriteAllTextAsync(recipe.Dockerfile, $"FROM scratch\nLABEL vectordb.test={_base}\nCOPY . /app\n", Token);

        var built = Assert.Single(await new ImageBuilder(_docker).BuildAsync([recipe], null, standIns: false, Token));

        var made = await new CommandRunner(TimeProvider.System).RunAsync(
            new Command("docker", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", $"vectordb-api/app:{built.Tag}"), Token);
        Assert.Equal(platform, made.Output.Trim());
        Assert.NotEqual(built.Tag, (recipe with { Platform = "linux/riscv64" }).ContentTag());
        Assert.All(ImageRecipe.OfRelease(_folder.Path), static each => Assert.Equal("linux/amd64", each.Platform));
    }

    [Fact]
    public async Task A_patched_base_that_is_named_by_its_digest_makes_another_image_and_the_same_one_none()
    {
        var (before, after) = (await PushBaseAsync("before"), await PushBaseAsync("after"));
        _recipes = [_recipes[0] with { BaseImage = before }];
        var first = await BuildAndPushAsync();
        var same = await BuildAndPushAsync();
        _recipes = [_recipes[0] with { BaseImage = after }];
        var patched = await BuildAndPushAsync();

        Assert.Equal(BuildOutcome.InRegistry, Assert.Single(same.Built).Outcome);
        Assert.Equal(BuildOutcome.Built, Assert.Single(patched.Built).Outcome);
        Assert.NotEqual(first.Pushed[0].Image, patched.Pushed[0].Image);
    }

    [Fact]
    public async Task What_changes_while_an_image_is_made_of_it_gets_none()
    {
        var recipe = _recipes[0];
        var tag = recipe.ContentTag();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new ImageBuilder(_docker).BuildAsync([recipe], new BusyTree(recipe.Context), standIns: true, Token));

        Assert.Contains("has changed while", refused.Message, StringComparison.Ordinal);
        Assert.False(await _docker.HasAsync($"{recipe.Repository}:{tag}", Token));
    }

    [Fact]
    public async Task An_image_carries_labels_of_its_content_alone()
    {
        var built = await new ImageBuilder(_docker).BuildAsync(_recipes[..1], null, standIns: false, Token);

        var labels = await new CommandRunner(TimeProvider.System).RunAsync(
            new Command("docker", "image", "inspect", "--format", "{{json .Config.Labels}}", $"vectordb-api/app:{built[0].Tag}"), Token);

        Assert.Contains($"\"vectordb.content\":\"{built[0].Tag}\"", labels.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("revision", labels.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_leaves_nothing_behind_on_disk_and_nothing_in_the_configuration_of_the_user()
    {
        using var user = new DockerUser(_folder);
        await user.UseContextAsync(Token);
        var logins = Directory.CreateDirectory(_folder.File("logins")).FullName;
        var built = await new ImageBuilder(_docker).BuildAsync(_recipes, _registry, standIns: false, Token);

        var pushed = await new ImagePusher(_docker, _registry, TimeProvider.System, logins).PushAsync(built, Token);

        Assert.All(pushed, static image => Assert.True(image.Pushed));
        Assert.Empty(Directory.GetFileSystemEntries(logins));
        Assert.DoesNotContain(_server!.Address.Authority, await File.ReadAllTextAsync(user.Configuration, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_goes_to_the_engine_of_the_current_context_and_gives_its_login_to_no_store_of_the_system()
    {
        using var user = new DockerUser(_folder);
        await user.UseContextAsync(Token);

        var (_, pushed) = await BuildAndPushAsync();

        Assert.All(pushed, static image => Assert.True(image.Pushed));
        Assert.False(File.Exists(user.Stored));
    }

    [Fact]
    public async Task A_registry_that_is_down_fails_the_push_after_a_few_attempts_and_says_which_command_failed()
    {
        var built = await new ImageBuilder(_docker).BuildAsync(_recipes, null, standIns: false, Token);
        await _server!.DisposeAsync();
        _server = null;
        using var silent = new SilentRegistry(_registry);

        var error = await Assert.ThrowsAsync<CommandFailedException>(
            () => new ImagePusher(_docker, silent, TimeProvider.System).PushAsync(built, Token));

        Assert.Contains("docker login", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-password", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_under_the_content_tag_after_a_failed_push_counts_as_pushed(bool lost)
    {
        var tried = 0;
        await using var front = await RegistryFront.StartAsync(_server!.Address, async (context, handOn) =>
        {
            await handOn();
            if (IsOfManifest(context.Request))
            {
                if (++tried == 1 && lost)
                {
                    context.Abort();
                    return;
                }

                // What was heard is another run's, which was faster.
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsJsonAsync(Immutable, Token);
            }
        });
        using var registry = new LoopbackRegistry(front.Address);
        var built = await new ImageBuilder(_docker).BuildAsync(_recipes[..1], null, standIns: false, Token);

        var pushed = Assert.Single(await new ImagePusher(_docker, registry, new AcceleratedTime(100)).PushAsync(built, Token));

        Assert.True(pushed.Pushed);
        Assert.Equal((await _registry.FindAsync("vectordb-api/app", built[0].Tag, Token))!.Digest, pushed.Image.Digest);
        Assert.True(tried > 0);
    }

    [Fact]
    public async Task A_registry_that_goes_away_in_the_middle_of_a_push_and_comes_back_gets_the_image()
    {
        var (tried, away) = (0, 0);
        await using var front = await RegistryFront.StartAsync(_server!.Address, (context, handOn) =>
        {
            if (IsOfManifest(context.Request) && ++tried == 1)
            {
                // This request, and the look whether it was heard.
                away = 2;
            }

            if (away-- > 0)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return handOn();
        });
        using var registry = new LoopbackRegistry(front.Address);
        var built = await new ImageBuilder(_docker).BuildAsync(_recipes[..1], null, standIns: false, Token);

        var pushed = Assert.Single(await new ImagePusher(_docker, registry, new AcceleratedTime(100)).PushAsync(built, Token));

        Assert.Equal(2, tried);
        Assert.Equal((await _registry.FindAsync("vectordb-api/app", built[0].Tag, Token))!.Digest, pushed.Image.Digest);
    }

    [Theory]
    [InlineData("source", "GET", "/manifests/")]
    [InlineData("source", "GET", "/blobs/")]
    [InlineData("target", "POST", "/blobs/uploads/")]
    [InlineData("target", "PUT", "/blobs/uploads/")]
    [InlineData("target", "PUT", "/manifests/")]
    public async Task A_registry_that_goes_away_in_the_middle_of_a_copy_and_comes_back_ends_with_the_same_image(string which, string method, string path)
    {
        var pushed = await PushedAsync();
        await using var server = await ImageRegistryServer.StartAsync(Token);
        var broken = 0;
        await using var front = await RegistryFront.StartAsync(which == "source" ? _server!.Address : server.Address, async (context, handOn) =>
        {
            if (context.Request.Method == method && context.Request.Path.Value!.Contains(path, StringComparison.Ordinal) && Interlocked.Increment(ref broken) <= 2)
            {
                await BreakAsync(context);
            }
            else
            {
                await handOn();
            }
        });
        using var source = new LoopbackRegistry(which == "source" ? front.Address : _server!.Address);
        using var target = new LoopbackRegistry(which == "target" ? front.Address : server.Address);
        using var network = new SocketsHttpHandler();

        Assert.Equal(2, await new ImageCopier(network, new AcceleratedTime(100)).CopyAsync(pushed, source, target, Token));

        Assert.True(broken > 2);
        using var copy = new RegistryApi(network, await target.LogInAsync(Token));
        foreach (var (repository, digest) in pushed)
        {
            var manifest = await copy.ManifestAsync(repository, digest, Token);
            Assert.All(await Task.WhenAll(manifest.Blobs.Select(blob => copy.HasBlobAsync(repository, blob, Token))), Assert.True);
        }
    }

    [Fact]
    public async Task A_copied_manifest_whose_answer_was_lost_is_not_put_again()
    {
        var pushed = await PushedAsync();
        await using var server = await ImageRegistryServer.StartAsync(Token);
        var put = 0;
        await using var front = await RegistryFront.StartAsync(server.Address, async (context, handOn) =>
        {
            await handOn();
            if (IsOfManifest(context.Request))
            {
                Interlocked.Increment(ref put);
                context.Abort();
            }
        });
        using var target = new LoopbackRegistry(front.Address);
        using var network = new SocketsHttpHandler();

        Assert.Equal(2, await new ImageCopier(network, new AcceleratedTime(100)).CopyAsync(pushed, _registry, target, Token));

        Assert.Equal(2, put);
    }

    [Fact]
    public async Task A_copy_in_another_registry_has_the_same_digest_and_is_made_once()
    {
        var pushed = await PushedAsync();
        await using var server = await ImageRegistryServer.StartAsync(Token);
        using var elsewhere = new LoopbackRegistry(server.Address);
        using var network = new SocketsHttpHandler();
        var copier = new ImageCopier(network, TimeProvider.System);

        Assert.Equal(2, await copier.CopyAsync(pushed, _registry, elsewhere, Token));
        Assert.Equal(0, await copier.CopyAsync(pushed, _registry, elsewhere, Token));

        Assert.Equal(1, elsewhere.Logins);
        foreach (var (repository, digest) in pushed)
        {
            Assert.Equal(digest, (await elsewhere.FindAsync(repository, digest, Token))!.Digest);
        }
    }

    [Fact]
    public async Task An_index_is_copied_with_the_images_that_it_names()
    {
        const string Repository = "vectordb-api/app";
        await using var server = await ImageRegistryServer.StartAsync(Token);
        using var elsewhere = new LoopbackRegistry(server.Address);
        using var network = new SocketsHttpHandler();
        var image = (await BuildAndPushAsync()).Pushed.Select(static pushed => pushed.Image).First(static pushed => pushed.Repository == Repository).Digest;
        const string Type = "application/vnd.oci.image.index.v1+json";
        var bytes = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{Type}}","manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"{{image}}","size":1}]}""");
        var digest = ContentHash.OfBytes(bytes).ToString();
        using (var source = new RegistryApi(network, await _registry.LogInAsync(Token)))
        {
            await source.PutManifestAsync(Repository, digest, ImageManifest.Read(bytes, Type, digest), Token);
        }

        Assert.Equal(1, await new ImageCopier(network, TimeProvider.System).CopyAsync(new Dictionary<string, string> { [Repository] = digest }, _registry, elsewhere, Token));

        Assert.NotNull(await elsewhere.FindAsync(Repository, image, Token));
        using var copy = new RegistryApi(network, await elsewhere.LogInAsync(Token));
        Assert.Equal(bytes, (await copy.ManifestAsync(Repository, digest, Token)).Bytes);
    }

    [Fact]
    public async Task A_layer_that_lies_elsewhere_is_fetched_there_without_the_login()
    {
        var logins = new List<string?>();
        var layer = Encoding.UTF8.GetBytes("a layer");
        var digest = ContentHash.OfBytes(layer).ToString();
        await using var store = await ServeAsync(app => app.MapGet("/{**path}", (HttpContext context) =>
        {
            logins.Add(context.Request.Headers.Authorization);
            return Results.Bytes(layer);
        }));
        // As ECR does: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (layers come from S3).
        await using var front = await ServeAsync(app => app.MapGet("/{**path}", () => Results.Redirect(new Uri(new Uri(store.Urls.First()), "/bucket/layer?signature=x").AbsoluteUri, preserveMethod: true)));
        using var network = new SocketsHttpHandler();
        using var from = new RegistryApi(network, new RegistryLogin(new Uri(front.Urls.First()), "AWS", "canary-password", DateTimeOffset.MaxValue));
        using var to = new RegistryApi(network, await _registry.LogInAsync(Token));

        await to.TakeBlobAsync(from, "vectordb-api/app", digest, Token);

        Assert.True(await to.HasBlobAsync("vectordb-api/app", digest, Token));
        Assert.Equal("", Assert.Single(logins) ?? "");
    }

    [Fact]
    public async Task An_image_that_the_source_has_lost_is_not_copied_and_the_command_says_so()
    {
        var digest = ContentHash.OfText("lost").ToString();
        await using var server = await ImageRegistryServer.StartAsync(Token);
        using var elsewhere = new LoopbackRegistry(server.Address);

        using var network = new SocketsHttpHandler();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => new ImageCopier(network, TimeProvider.System).CopyAsync(new Dictionary<string, string> { ["vectordb-api/app"] = digest }, _registry, elsewhere, Token));

        Assert.Equal($"{_server!.Address.Authority} does not have vectordb-api/app@{digest} any more.", error.Message);
    }

    [Theory]
    [InlineData("COMPLETE")]
    [InlineData("ACTIVE")]
    public async Task Findings_at_the_threshold_stop_the_release_and_milder_ones_do_not(string status)
    {
        var pushed = await PushedAsync();
        using var scanned = LoopbackRegistry.Saying(_server!.Address, new ImageScan(status, null, new Dictionary<string, int>(StringComparer.Ordinal) { ["HIGH"] = 2 }));

        await new ScanGate(scanned, "CRITICAL", TimeProvider.System).CheckAsync(pushed, Token);
        var error = await Assert.ThrowsAsync<ScanException>(() => new ScanGate(scanned, "HIGH", TimeProvider.System).CheckAsync(pushed, Token));

        Assert.Contains("vectordb-api/app", error.Message, StringComparison.Ordinal);
        Assert.Contains("2 HIGH", error.Message, StringComparison.Ordinal);
        Assert.Contains("by its digest (<name>@sha256:...): VECTORDB_NGINX_IMAGE for the proxy, VECTORDB_RUNTIME_IMAGE for the services", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FAILED")]
    [InlineData("UNSUPPORTED_IMAGE")]
    [InlineData("SCAN_ELIGIBILITY_EXPIRED")]
    [InlineData("FINDINGS_UNAVAILABLE")]
    public async Task An_image_that_was_not_scanned_stops_the_release_unless_no_scan_is_asked_for(string status)
    {
        var pushed = await PushedAsync();
        using var unscanned = LoopbackRegistry.Saying(_server!.Address, new ImageScan(status, "its own words", new Dictionary<string, int>(StringComparer.Ordinal)));

        await new ScanGate(unscanned, ScanGate.None, TimeProvider.System).CheckAsync(pushed, Token);
        var error = await Assert.ThrowsAsync<ScanException>(() => new ScanGate(unscanned, "CRITICAL", TimeProvider.System).CheckAsync(pushed, Token));

        Assert.Contains($"vectordb-api/app@{pushed["vectordb-api/app"]} ({status}: its own words)", error.Message, StringComparison.Ordinal);
        Assert.Contains("VECTORDB_SCAN_THRESHOLD=NONE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_that_has_not_begun_or_goes_on_is_waited_for()
    {
        const string Repository = "vectordb-api/app";
        var none = new Dictionary<string, int>(StringComparer.Ordinal);
        var pushed = new Dictionary<string, string> { [Repository] = (await PushedAsync())[Repository] };
        using var slow = LoopbackRegistry.Saying(
            _server!.Address, null, new ImageScan("PENDING", null, none), new ImageScan("IN_PROGRESS", null, none), new ImageScan("COMPLETE", null, new Dictionary<string, int> { ["CRITICAL"] = 1 }));
        using var never = LoopbackRegistry.Saying(_server.Address, [null]);
        var time = new AcceleratedTime(200);

        var found = await Assert.ThrowsAsync<ScanException>(() => new ScanGate(slow, "CRITICAL", time).CheckAsync(pushed, Token));
        var unknown = await Assert.ThrowsAsync<ScanException>(() => new ScanGate(never, "CRITICAL", time).CheckAsync(pushed, Token));

        Assert.Contains("1 CRITICAL", found.Message, StringComparison.Ordinal);
        Assert.Contains($"{pushed[Repository]} (no scan)", unknown.Message, StringComparison.Ordinal);
    }

    private static bool IsOfManifest(HttpRequest request) => HttpMethods.IsPut(request.Method) && request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal);

    /// <summary>The connection ends; an answer that has a body in the middle of it.</summary>
    private static async Task BreakAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.ContentLength = 100;
            context.Response.ContentType = "application/vnd.docker.distribution.manifest.v2+json";
            await context.Response.WriteAsync("half", Token);
            await context.Response.Body.FlushAsync(Token);
        }

        context.Abort();
    }

    private static async Task<WebApplication> ServeAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        map(app);
        await app.StartAsync(Token);
        return app;
    }

    private async Task<(IReadOnlyList<BuiltImage> Built, IReadOnlyList<PushedImage> Pushed)> BuildAndPushAsync()
    {
        var built = await new ImageBuilder(_docker).BuildAsync(_recipes, _registry, standIns: false, Token);
        return (built, await new ImagePusher(_docker, _registry, TimeProvider.System).PushAsync(built, Token));
    }

    /// <returns>Name and digest of a base image in the registry.</returns>
    private async Task<string> PushBaseAsync(string content)
    {
        var commands = new CommandRunner(TimeProvider.System);
        await File.WriteAllTextAsync(_folder.File("root", "etc-release"), content, Token);
        await commands.RunAsync(new Command("tar", "-C", _folder.File("root"), "-cf", _folder.File("base.tar"), "."), Token);
        var name = $"{_server!.Address.Authority}/base:floating";
        await commands.RunAsync(new Command("docker", "import", _folder.File("base.tar"), name), Token);
        return $"{_server.Address.Authority}/base@{await _docker.PushAsync(name, _folder.Path, Token)}";
    }

    /// <returns>Digest by repository.</returns>
    private async Task<Dictionary<string, string>> PushedAsync() =>
        (await BuildAndPushAsync()).Pushed.ToDictionary(static image => image.Image.Repository, static image => image.Image.Digest);

    private async Task<ImageRecipe> RecipeAsync(string service)
    {
        var context = _folder.File(service);
        Directory.CreateDirectory(context);
        await File.WriteAllTextAsync(Path.Combine(context, "program"), $"{service} {_base}", Token);
        var dockerfile = _folder.File($"{service}.Dockerfile");
        await File.WriteAllTextAsync(dockerfile, $"ARG BASE_IMAGE\nFROM ${{BASE_IMAGE}}\nLABEL vectordb.test={_base}\nCOPY . /app\nUSER 1654\n", Token);
        return new ImageRecipe(service, context, dockerfile, _base);
    }

    /// <summary>Knows no image, but still hands out logins for an address where nobody listens.</summary>
    private sealed class SilentRegistry(LoopbackRegistry inner) : IImageRegistry, IDisposable
    {
        public Task<RegistryLogin> LogInAsync(CancellationToken cancellation) => inner.LogInAsync(cancellation);

        public Task<RegistryImage?> FindAsync(string repository, string tag, CancellationToken cancellation) => Task.FromResult<RegistryImage?>(null);

        public Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellation) => Task.FromResult<ImageScan?>(null);

        public Task StartScanAsync(string repository, string digest, CancellationToken cancellation) => Task.CompletedTask;

        public void Dispose() => inner.Dispose();
    }

    /// <summary>Another run publishes right after an image was looked for.</summary>
    private sealed class BusyTree(string context) : IImageRegistry
    {
        public Task<RegistryLogin> LogInAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellation)
        {
            await File.WriteAllTextAsync(Path.Combine(context, "another.dll"), "of another build", cancellation);
            return null;
        }

        public Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellation) => throw new NotSupportedException();

        public Task StartScanAsync(string repository, string digest, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
