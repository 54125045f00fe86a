using System.Diagnostics;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

/// <summary>A home on a file system that really runs full.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private bool _isMounted;
    private RunningHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Demand(Environment.UserName == "root", "only root may mount a small file system");
        Directory.CreateDirectory(_home.Home);
        _isMounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", _home.Home) == 0;
        RequiredTool.Demand(_isMounted, "a small file system cannot be mounted");
        _host = await RunningHost.StartAsync(_home);
        await _host.DeployAsync("one");
    }

    public async ValueTask DisposeAsync()
    {
        if (_isMounted)
        {
            await _host.DisposeAsync();
            await RunAsync("umount", "-l", _home.Home);
        }

        _home.Dispose();
    }

    [Fact]
    public async Task A_service_that_prints_and_ends_on_a_full_disk_is_started_again_and_heard_again_once_there_is_room()
    {
        Fill();
        // What is left of the log's last page takes a line now and then: these leave no room in it.
        for (var length = 4096; length > 0; length /= 2)
        {
            await PostAsync($"/print/{new string('x', length)}");
        }

        await Record.ExceptionAsync(() => PostAsync("/exit/7"));
        await Eventually.TrueAsync(
            async () => await _host.ServiceAsync("one", "api") is { Restarts: 1, Health: ServiceHealth.Healthy }, "the service comes back");
        await PostAsync("/print/unheard");
        File.Delete(_home.File("filling"));
        await PostAsync("/print/heard");

        var log = _home.File("logs", "api.log");
        var lines = await Eventually.ReturnsAsync(() => File.ReadAllLinesAsync(log, Cancellation), static lines => lines[^1] == "one heard", "the line is in the log");
        Assert.All(lines, static line => Assert.StartsWith("one ", line, StringComparison.Ordinal));
    }

    private async Task PostAsync(string path) =>
        (await _host.Client.PostAsync(path, content: null, Cancellation)).EnsureSuccessStatusCode().Dispose();

    private void Fill()
    {
        using var filling = File.Create(_home.File("filling"), bufferSize: 0);
        Action fill = () => filling.Write(new byte[4 << 10]);
        while (Record.Exception(fill) is null)
        {
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(RequiredTool.Find(program), arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
