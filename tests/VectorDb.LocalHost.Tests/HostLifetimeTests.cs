using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class HostLifetimeTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_killed_host_takes_its_services_with_it_and_the_next_one_brings_them_back()
    {
        List<ProcessIdentity> services;
        int queuePort;
        await using (var host = await RunningHost.StartAsync(_home))
        {
            await host.DeployAsync("one");
            var status = await host.StatusAsync();
            queuePort = status.Queue.Port;
            services = [.. status.Releases[0].Services.Select(static service => IdentityOf(service.Pid!.Value))];
            await host.KillAsync();
            await Eventually.TrueAsync(() => services.TrueForAll(static service => !service.IsAlive), "the services end");
        }

        await using var next = await RunningHost.StartAsync(_home);
        Assert.Equal("api one", await next.GetAsync("/"));
        Assert.Equal(queuePort, (await next.StatusAsync()).Queue.Port);
    }

    [Fact]
    public async Task A_service_that_a_killed_host_left_is_ended_by_the_next_one()
    {
        ProcessIdentity deaf;
        await using (var host = await RunningHost.StartAsync(_home))
        {
            (await host.StartReleaseAsync("one", ("FAKE_WORKER", "deaf"))).EnsureSuccessStatusCode();
            deaf = IdentityOf((await host.ServiceAsync("one", "worker")).Pid!.Value);
            await host.KillAsync();
        }

        Assert.True(deaf.IsAlive);
        await using var next = await RunningHost.StartAsync(_home);
        await Eventually.TrueAsync(() => !deaf.IsAlive, "the leftover ends");
    }

    [Fact]
    public async Task A_host_that_still_answers_after_an_upgrade_is_in_nobodys_way_when_the_next_one_is_killed()
    {
        await using var host = await RunningHost.StartAsync(_home, drain: 300);
        await host.DeployAsync("one");
        using var upload = await HalfUpload.StartAsync(host.Port);
        await Eventually.TrueAsync(async () => (await host.StatusAsync()).Releases[0].InFlight == 1, "the upload is under way");
        (await host.PostAsync("/upgrade", new { directory = RunningHost.Binaries, content = "next" })).EnsureSuccessStatusCode();
        await host.KillAsync();

        await Assert.ThrowsAsync<HttpRequestException>(host.StatusAsync).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await using var next = await RunningHost.StartAsync(_home, port: host.Port);
        Assert.Equal("api one", await next.GetAsync("/"));
        Assert.False(host.Process.HasExited);
        Assert.Equal("HTTP/1.1 200 OK", await upload.EndAsync());
    }

    [Fact]
    public async Task A_stopped_host_lets_the_requests_under_way_finish_and_leaves_nothing()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        var services = (await host.StatusAsync()).Releases[0].Services.Select(static service => IdentityOf(service.Pid!.Value)).ToList();
        var slow = host.GetAsync("/slow/5000");
        await Eventually.TrueAsync(async () => (await host.StatusAsync()).Releases[0].InFlight == 1, "the request is under way");
        Posix.SendTerminate(host.Pid);
        Assert.Equal("one", await slow);
        await host.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, host.Process.ExitCode);
        Assert.All(services, static service => Assert.False(service.IsAlive));
        Assert.Equal(["host.lock"], Directory.GetFileSystemEntries(_home.File("run")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("/stop", "one")]
    [InlineData("/stop?forget=true", null)]
    public async Task The_release_that_was_active_comes_back_with_the_next_host_unless_it_is_to_be_forgotten(string stop, string? active)
    {
        await using (var host = await RunningHost.StartAsync(_home))
        {
            await host.DeployAsync("one");
            (await host.PostAsync(stop)).EnsureSuccessStatusCode();
            await host.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using var next = await RunningHost.StartAsync(_home);
        Assert.Equal(active is not null, File.ReadAllText(_home.File("state.json")).Contains("\"one\"", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await next.StatusAsync()).Active == active, "what is to come back has come back");
    }

    [Fact]
    public async Task A_second_host_on_one_home_says_who_is_there_and_changes_nothing()
    {
        await using var host = await RunningHost.StartAsync(_home);
        await host.DeployAsync("one");
        using var second = RunningHost.Launch("--home", _home.Home, "--port", "0");
        Assert.Contains($"Another host (process {host.Pid}, port {host.Port}) runs", await EndAsync(second, 1), StringComparison.Ordinal);
        Assert.Equal("api one", await host.GetAsync("/"));
    }

    [Fact]
    public async Task A_taken_port_is_named_with_the_option_that_changes_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var host = RunningHost.Launch("--home", _home.Home, "--port", $"{port}");
        var message = await EndAsync(host, 1);
        Assert.Contains($"Port {port} on 127.0.0.1 is taken by another program; choose another one with --port=<number>.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_argument_ends_with_the_usage_and_exit_code_2()
    {
        using var host = RunningHost.Launch("--hone", _home.Home);
        Assert.Contains("Unknown argument '--hone'", await EndAsync(host, 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_home_may_lie_deeper_than_a_socket_path_can_be_long()
    {
        using var home = new TestHome(new string('d', 120));
        await using var host = await RunningHost.StartAsync(home);
        await host.DeployAsync("one");
        Assert.Equal("api one", await host.GetAsync("/"));
    }

    private static ProcessIdentity IdentityOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return ProcessIdentity.Of(process);
    }

    private static async Task<string> EndAsync(Process process, int exitCode)
    {
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(exitCode, process.ExitCode);
        return error;
    }
}
