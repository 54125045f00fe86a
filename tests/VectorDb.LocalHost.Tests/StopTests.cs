using System.Net;
using System.Net.Sockets;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

/// <summary>A host that is told to stop while an upload is under way.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class StopTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private readonly TcpClient _upload = new();
    private RunningHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_home, drain: 300);
        await _host.DeployAsync("one");
        await _upload.ConnectAsync(IPAddress.Loopback, _host.Port, Cancellation);
        _upload.Client.Send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf "u8);
        await Eventually.TrueAsync(async () => (await _host.StatusAsync()).Releases[0].InFlight == 1, "the upload is under way");
    }

    public async ValueTask DisposeAsync()
    {
        _upload.Dispose();
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_host_that_stops_says_so_ends_its_worker_at_once_and_is_not_upgraded_any_more()
    {
        Assert.False((await _host.StatusAsync()).Stopping);
        (await _host.PostAsync("/stop")).EnsureSuccessStatusCode();

        Assert.True((await _host.StatusAsync()).Stopping);
        using var refused = await _host.PostAsync("/upgrade", new { directory = RunningHost.Binaries, content = "next" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("The host is stopping", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await _host.ServiceAsync("one", "worker")).Health == ServiceHealth.Stopped, "the worker ends");
        Assert.Equal(ServiceHealth.Healthy, (await _host.ServiceAsync("one", "api")).Health);

        await FinishAsync();
    }

    [Fact]
    public async Task A_stop_ends_the_worker_of_the_host_before_at_once_and_waits_for_its_requests()
    {
        var worker = (await _host.ServiceAsync("one", "worker")).Pid!.Value;
        (await _host.PostAsync("/upgrade", new { directory = RunningHost.Binaries, content = "next" })).EnsureSuccessStatusCode();
        Assert.True(Directory.Exists($"/proc/{worker}"));
        (await _host.PostAsync("/stop")).EnsureSuccessStatusCode();

        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{worker}"), "the worker of the host before ends");
        Assert.True((await _host.StatusAsync()).Stopping);

        await FinishAsync();
    }

    private async Task FinishAsync()
    {
        _upload.Client.Send("whole"u8);
        using var answer = new StreamReader(_upload.GetStream());
        Assert.Equal("HTTP/1.1 200 OK", await answer.ReadLineAsync(Cancellation));
        await _host.Process.WaitForExitAsync(Cancellation);
        await Eventually.TrueAsync(() => !File.Exists(_home.File("run", "control.sock")), "the host has ended");
    }
}
