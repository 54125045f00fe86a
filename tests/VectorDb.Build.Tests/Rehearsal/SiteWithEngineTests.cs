using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Tests.Aws;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>The site where a Docker engine runs: its network, its registry, and what is left of it.</summary>
[Trait(Suites.Trait, Suites.Full)]
[Collection(DockerEngine.Name)]
public sealed class SiteWithEngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_is_pushed_with_the_login_of_ECR_which_knows_its_digest_and_the_engine_forgets_the_name_with_the_site()
    {
        RequiredTool.Find("docker-registry");
        var docker = new DockerClient(_commands);
        string image;
        await using (var site = await StartAsync())
        {
            using var aws = MotoTest.Connect(site.Aws.Endpoint);
            using var wire = new Emulator.AwsWire(site.Aws);
            await wire.JsonAsync("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", new { repositoryName = "vectordb-api/app" });
            var login = await aws.Ecr.LogInAsync(Token);
            image = $"{login.ProxyEndpoint.Authority}/vectordb-api/app:one";
            await ImportAsync(image);
            await Assert.ThrowsAsync<CommandFailedException>(() => docker.LogInAsync(login.ProxyEndpoint.Authority, login.User, "wrong", _folder.Path, Token));
            await Assert.ThrowsAsync<CommandFailedException>(() => docker.PushAsync(image, _folder.Path, Token));
            Assert.Null(await aws.Ecr.FindAsync("vectordb-api/app", "one", Token));

            await docker.LogInAsync(login.ProxyEndpoint.Authority, login.User, login.Password, _folder.Path, Token);
            var digest = await docker.PushAsync(image, _folder.Path, Token);

            var found = await aws.Ecr.FindAsync("vectordb-api/app", "one", Token);
            Assert.Equal(digest, found!.Digest);
            var described = await wire.JsonAsync("ecr", "AmazonEC2ContainerRegistry_V20150921.DescribeImages", new { repositoryName = "vectordb-api/app" });
            Assert.DoesNotContain("imageScan", described.GetRawText(), StringComparison.Ordinal);
            var scan = await aws.Ecr.FindScanAsync("vectordb-api/app", digest, Token);
            Assert.Equal("COMPLETE", scan!.Status);
            Assert.Empty(scan.Findings);
            Assert.Equal(found, await aws.Ecr.FindAsync("vectordb-api/app", digest, Token));
            Assert.True(login.ExpiresAt > DateTimeOffset.UtcNow.AddHours(11));
            Assert.True(await docker.HasAsync(image, Token));
        }

        Assert.False(await docker.HasAsync(image, Token));
    }

    [Fact]
    public async Task Everything_listens_at_the_gateway_of_a_network_of_its_own_and_is_gone_with_it()
    {
        var site = await StartAsync();
        try
        {
            var gateway = await _commands.RunAsync(new Command("docker", "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", site.Network!), Token);
            Assert.Equal(site.Address, gateway.Output.Trim());
            Assert.Equal(site.Address, site.Aws.Endpoint.Host);
            Assert.True(await ListensAsync(site.Address, int.Parse(site.Registry!.Split(':')[1])));
        }
        finally
        {
            await site.DisposeAsync();
        }

        Assert.False((await _commands.TryAsync(new Command("docker", "network", "inspect", site.Network!), Token)).Succeeded);
        Assert.False(Directory.Exists(FolderOf(site.Run)));
        Assert.False(await ListensAsync("127.0.0.1", int.Parse(site.Registry!.Split(':')[1])));
    }

    [Fact]
    public async Task What_a_killed_run_leaves_ends_with_it_or_goes_at_the_next_start()
    {
        var (address, run, registry) = await KillAsync();
        await Eventually.TrueAsync(async () => !await ListensAsync("127.0.0.1", registry), "the registry has ended");
        Assert.True((await NetworksAsync()).Contains(run, StringComparison.Ordinal));

        await using var next = await StartAsync();

        Assert.Equal(address, next.Address);
        Assert.False((await NetworksAsync()).Contains(run, StringComparison.Ordinal));
        Assert.False(Directory.Exists(FolderOf(run)));
        Assert.Empty(Directory.Exists(DatabaseServer.Folders) ? Directory.GetDirectories(DatabaseServer.Folders, $"*{run}") : []);
    }

    /// <summary>The run that <see cref="What_a_killed_run_leaves_ends_with_it_or_goes_at_the_next_start"/> kills; nothing to run by itself.</summary>
    public sealed class KilledRun
    {
        public const string Variable = "VECTORDB_KILLED_RUN";

        [Fact(Explicit = true)]
        public async Task Waits_to_be_killed()
        {
            var file = Environment.GetEnvironmentVariable(Variable);
            Assert.NotNull(file);
            await using var site = await StartAsync();
            await File.WriteAllTextAsync($"{file}.new", $"{site.Address} {site.Run} {site.Registry!.Split(':')[1]}", Token);
            File.Move($"{file}.new", file);
            await Task.Delay(Timeout.InfiniteTimeSpan, Token);
        }
    }

    private static Task<RehearsalSite> StartAsync() =>
        RehearsalSite.StartAsync(new CommandRunner(TimeProvider.System), Repository.Root, new SiteOptions(120), TimeProvider.System, Token);

    private static string FolderOf(string run) => Path.Combine(Path.GetTempPath(), $"vectordb-rehearsal-{run}");

    private async Task<(string Address, string Run, int Registry)> KillAsync()
    {
        var file = _folder.File("run");
        using var killed = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [typeof(KilledRun).Assembly.Location, "-method", $"*.{nameof(KilledRun.Waits_to_be_killed)}", "-explicit", "only"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [KilledRun.Variable] = file },
        })!;
        killed.OutputDataReceived += static (_, _) => { };
        killed.BeginOutputReadLine();
        await Eventually.TrueAsync(
            () =>
            {
                Assert.False(killed.HasExited, "the run ended by itself");
                return File.Exists(file);
            },
            "a run has started",
            TimeSpan.FromMinutes(2));
        killed.Kill();
        await killed.WaitForExitAsync(Token);
        var fields = (await File.ReadAllTextAsync(file, Token)).Split(' ');
        return (fields[0], fields[1], int.Parse(fields[2]));
    }

    private async Task ImportAsync(string image)
    {
        Directory.CreateDirectory(_folder.File("root"));
        await File.WriteAllTextAsync(_folder.File("root", "content"), Guid.NewGuid().ToString(), Token);
        await _commands.RunAsync(new Command("tar", "-C", _folder.File("root"), "-cf", _folder.File("image.tar"), "."), Token);
        await _commands.RunAsync(new Command("docker", "import", _folder.File("image.tar"), image), Token);
    }

    private async Task<string> NetworksAsync() => (await _commands.RunAsync(new Command("docker", "network", "ls", "--format", "{{.Name}}"), Token)).Output;

    private static async Task<bool> ListensAsync(string address, int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Parse(address), port, Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
