using System.Net;
using VectorDb.LocalHost.Control;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

/// <summary>What may come between the word to accept and the answer that the next host does.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class HandoverTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private RunningHost _host = null!;
    private string _next = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private object Command => new { directory = _next, content = "next" };

    public async ValueTask InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_home, drain: 10);
        _next = _home.FakeSuccessor();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Whoever_gives_up_an_upgrade_once_the_next_host_may_accept_does_not_end_it()
    {
        using var caller = new CancellationTokenSource();
        var upgrade = _host.PostUntilAsync(caller.Token, "/upgrade", Command);
        await SeenAsync("accepted");

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrade);
        Go();

        await _host.Process.WaitForExitAsync(Cancellation);
        await SeenAsync("left alone");
    }

    [Fact]
    public async Task A_stop_that_comes_once_the_next_host_may_accept_stops_that_one_too_and_leaves_it_its_files()
    {
        var upgrade = _host.PostAsync("/upgrade", Command);
        await SeenAsync("accepted");
        var next = new HostDescription(1, "next", _host.Port, DateTimeOffset.UnixEpoch);
        AtomicFile.WriteJson(_home.File("run", "host.json"), next);

        (await _host.PostAsync("/stop")).EnsureSuccessStatusCode();
        Go();

        using var refused = await upgrade;
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("The host is stopping", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await _host.Process.WaitForExitAsync(Cancellation);
        await SeenAsync("told to stop");
        Assert.True(File.Exists(_home.File("run", "control.sock")));
        Assert.Equal(next, AtomicFile.ReadJson<HostDescription>(_home.File("run", "host.json")));
    }

    [Fact]
    public async Task A_host_whose_successor_failed_late_says_on_file_that_it_is_the_host()
    {
        var before = (await _host.StatusAsync()).Host;
        var upgrade = _host.PostAsync("/upgrade", Command);
        await SeenAsync("accepted");
        AtomicFile.WriteJson(_home.File("run", "host.json"), before with { Pid = 1 });
        await File.WriteAllTextAsync(Path.Combine(_next, "fail"), "", Cancellation);

        using var refused = await upgrade;

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(before, AtomicFile.ReadJson<HostDescription>(_home.File("run", "host.json")));
    }

    private Task SeenAsync(string note) => Eventually.TrueAsync(() => File.Exists(Path.Combine(_next, note)), $"the next host is '{note}'");

    private void Go() => File.WriteAllText(Path.Combine(_next, "go"), "");
}
