using System.Diagnostics;
using System.Text.RegularExpressions;

namespace VectorDb.EndToEnd.Tests;

/// <summary>The production release, lived on an emulated AWS.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed partial class RehearsalTests(RehearsedCheckout rehearsed) : IClassFixture<RehearsedCheckout>
{
    /// <summary>On a machine that does nothing else it takes nine minutes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(19);

    private static readonly string[] Acts =
    [
        "Bootstrap", "Deploy A, the first", "Deploy B, replacing A", "Deploy C, broken: goes back by itself", "Unfreeze", "Rollback to A", "Destroy", "Permissions",
        "Destroy the foundation", "Nothing is left", "Load through every switch",
    ];

    [Fact]
    public async Task A_service_is_made_replaced_broken_taken_back_and_destroyed_and_no_request_is_lost()
    {
        await using var run = rehearsed.Start();
        var (exitCode, _) = await run.EndAsync(Limit);

        Assert.True(exitCode == 0, $"exit code {exitCode}\n{run.Output}");
        Assert.All(Acts, act => Assert.Matches($@"(?m)^{Regex.Escape(act)} +\d+\.\d+ s", run.Output));
        Assert.Contains("no action missing, every other one explained", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\d+ requests, none failed", run.Output);
        var report = await File.ReadAllTextAsync(rehearsed.Report, TestContext.Current.CancellationToken);
        Assert.All(Acts, act => Assert.Contains($"| {act} |", report, StringComparison.Ordinal));
        await NothingIsLeftAsync(run);
    }

    [Theory]
    [InlineData(BuildRun.Interrupt, 130)]
    [InlineData(BuildRun.Terminate, 143)]
    public async Task A_signal_ends_it_and_nothing_of_it_stays(int signal, int exitCode)
    {
        await using var run = rehearsed.Start();
        await run.SaysAsync("Bootstrap\n");
        run.Signal(signal);

        Assert.Equal(exitCode, (await run.EndAsync()).ExitCode);
        await NothingIsLeftAsync(run);
    }

    private static async Task NothingIsLeftAsync(BuildRun run)
    {
        Assert.Equal("", await DockerAsync("ps", "--all", "--quiet", "--filter", "label=vectordb.rehearsal"));
        Assert.Equal("", await DockerAsync("network", "ls", "--quiet", "--filter", "label=vectordb.rehearsal"));
        using var http = new HttpClient();
        var aws = new Uri(Endpoint().Match(run.Output).Groups["url"].Value);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(aws, TestContext.Current.CancellationToken));
    }

    private static async Task<string> DockerAsync(params string[] arguments)
    {
        using var docker = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await docker.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await docker.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, docker.ExitCode);
        return output;
    }

    [GeneratedRegex(@"AWS at (?<url>http://\S+),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Endpoint();
}
