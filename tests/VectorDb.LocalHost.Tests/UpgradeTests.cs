using System.Net;
using System.Net.Sockets;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class UpgradeTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await RunningHost.StartAsync(_home, drain: 10);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task An_upgrade_under_load_loses_no_request()
    {
        await _host.DeployAsync("one");
        var old = _host.Pid;
        await using var load = GatewayLoad.Start(_host.Port);
        await load.AdvanceAsync(200);
        await UpgradeAsync("next");
        var status = await _host.StatusAsync();
        Assert.Equal("next", status.Host.Content);
        Assert.NotEqual(old, status.Host.Pid);
        await load.AdvanceAsync(200);
        await _host.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.Equal(0, _host.Process.ExitCode);
        Assert.Equal("api one", await _host.GetAsync("/"));
    }

    [Fact]
    public async Task A_connection_that_was_open_during_the_upgrade_reaches_what_the_next_host_activates()
    {
        await _host.DeployAsync("one");
        Assert.Equal("api one", await _host.GetAsync("/"));
        await UpgradeAsync("next");
        await _host.DeployAsync("two");
        Assert.Equal("api two", await _host.GetAsync("/"));
    }

    [Fact]
    public async Task The_next_host_can_be_upgraded_and_stopped_like_the_first()
    {
        await _host.DeployAsync("one");
        foreach (var content in (string[])["second", "third"])
        {
            await UpgradeAsync(content);
            Assert.Equal(content, (await _host.StatusAsync()).Host.Content);
        }

        Assert.Equal("api one", await _host.GetAsync("/"));
        await _host.DeployAsync("two");
        Assert.Equal("api two", await _host.GetAsync("/"));
        await _host.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var stranger = RunningHost.Launch("--home", _home.Home, "--port", "0");
        var message = await stranger.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"Another host (process {_host.Pid}, port {_host.Port}) runs", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_become_ready_changes_nothing()
    {
        await _host.DeployAsync("one");
        var before = await _host.StatusAsync();
        var broken = _home.File("host", "broken");
        Directory.CreateDirectory(broken);
        await File.WriteAllTextAsync(Path.Combine(broken, "VectorDb.LocalHost.dll"), "not an assembly", TestContext.Current.CancellationToken);
        using var refused = await _host.PostAsync("/upgrade", new { directory = broken, content = "broken" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var after = await _host.StatusAsync();
        Assert.Equal(before.Host, after.Host);
        Assert.Equal("api one", await _host.GetAsync("/"));
        await _host.DeployAsync("two");
        Assert.Equal("api two", await _host.GetAsync("/"));
    }

    [Fact]
    public async Task A_release_that_does_not_start_beside_itself_stops_the_upgrade()
    {
        await _host.DeployAsync("one");
        File.Delete(_home.File("releases", "one", "worker", "VectorDb.FakeService.dll"));
        using var refused = await _host.PostAsync("/upgrade", new { directory = RunningHost.Binaries, content = "next" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("worker ended with exit code", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var status = await _host.StatusAsync();
        Assert.Equal((_host.Process.Id, VectorDb.LocalHost.Supervision.ServiceHealth.Healthy), (status.Host.Pid, status.Queue.Health));
        Assert.Equal("api one", await _host.GetAsync("/"));
    }

    [Fact]
    public async Task A_stop_after_an_upgrade_waits_for_the_requests_of_the_host_before_and_frees_the_port()
    {
        await _host.DeployAsync("one");
        using var upload = await HalfUpload.StartAsync(_host.Port);
        await Eventually.TrueAsync(async () => (await _host.StatusAsync()).Releases[0].InFlight == 1, "the upload is under way");
        Assert.Equal("api one", await _host.GetAsync("/"));
        await UpgradeAsync("second");
        await UpgradeAsync("third");
        (await _host.PostAsync("/stop")).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(IsFreeAsync, "nobody listens any more");
        Assert.True(File.Exists(_home.File("run", "control.sock")));
        Assert.Equal("HTTP/1.1 200 OK", await upload.EndAsync());
        await Eventually.TrueAsync(() => !File.Exists(_home.File("run", "control.sock")), "the host has ended");
        await using var next = await RunningHost.StartAsync(_home, port: _host.Port);
        Assert.Equal("api one", await next.GetAsync("/"));
    }

    private async Task<bool> IsFreeAsync()
    {
        using var client = new TcpClient();
        return await Record.ExceptionAsync(async () => await client.ConnectAsync(IPAddress.Loopback, _host.Port)) is SocketException;
    }

    private async Task UpgradeAsync(string content) =>
        (await _host.PostAsync("/upgrade", new { directory = RunningHost.Binaries, content })).EnsureSuccessStatusCode();
}
