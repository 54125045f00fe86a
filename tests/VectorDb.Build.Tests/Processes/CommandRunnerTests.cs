using System.Diagnostics;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Processes;

[Trait(Suites.Trait, Suites.Full)]
public sealed class CommandRunnerTests
{
    private readonly CommandRunner _runner = new(TimeProvider.System);

    [Fact]
    public async Task Arguments_input_and_environment_arrive_as_they_are()
    {
        var lines = new List<string>();
        var command = new Command("sh", "-c", "printf '%s|' \"$@\"; cat; printf '|%s' \"$NAME\"; echo problem >&2; exit 3", "sh", "a b", "\"$HOME\"", "")
        {
            Input = "secret",
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["NAME"] = "value" },
            OnLine = line =>
            {
                lock (lines)
                {
                    lines.Add(line);
                }
            },
        };

        var result = await _runner.TryAsync(command, TestContext.Current.CancellationToken);

        Assert.Equal(("a b|\"$HOME\"||secret|value\n", "problem\n", 3), (result.Output, result.Error, result.ExitCode));
        Assert.Equal(["a b|\"$HOME\"||secret|value", "problem"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failure_says_what_failed_with_its_last_lines_and_no_input()
    {
        var command = new Command("sh", "-c", "cat >/dev/null; echo one; echo two >&2; exit 4") { Input = "secret" };

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => _runner.RunAsync(command, TestContext.Current.CancellationToken));

        Assert.Equal("sh -c 'cat >/dev/null; echo one; echo two >&2; exit 4': exit code 4\none\ntwo", failure.Message);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(
            () => _runner.RunAsync(new Command("no-such-program"), TestContext.Current.CancellationToken));

        Assert.StartsWith("no-such-program: could not be started", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(5, true)]
    public async Task A_program_that_may_tidy_up_has_a_session_of_its_own_where_a_terminals_signal_does_not_reach_it(int grace, bool own)
    {
        var command = new Command("sh", "-c", "cut -d' ' -f1,6 /proc/$$/stat") { Grace = TimeSpan.FromSeconds(grace) };

        var ids = (await _runner.RunAsync(command, TestContext.Current.CancellationToken)).Output.Trim().Split(' ');

        Assert.Equal(own, ids[0] == ids[1]);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named_also_where_it_might_tidy_up()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(
            () => _runner.RunAsync(new Command("no-such-program") { Grace = TimeSpan.FromSeconds(5) }, TestContext.Current.CancellationToken));

        Assert.StartsWith("no-such-program: could not be started", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_limit_ends_the_program_and_its_descendants_and_tells_what_it_said_last()
    {
        var grandchild = 0;
        var command = new Command("sh", "-c", "sleep 60 & echo $!; wait")
        {
            Limit = TimeSpan.FromSeconds(1),
            OnLine = line => grandchild = int.Parse(line, null),
        };

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => _runner.RunAsync(command, TestContext.Current.CancellationToken));

        Assert.EndsWith($"did not end within 1 s and was stopped\n{grandchild}", failure.Message, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => !IsRunning(grandchild), "the grandchild ended");
    }

    [Fact]
    public async Task Cancellation_ends_the_program_and_its_descendants()
    {
        using var cancellation = new CancellationTokenSource();
        var grandchild = 0;
        var command = new Command("sh", "-c", "sleep 60 & echo $!; wait")
        {
            OnLine = line =>
            {
                grandchild = int.Parse(line, null);
                cancellation.Cancel();
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _runner.RunAsync(command, cancellation.Token));

        await Eventually.TrueAsync(() => !IsRunning(grandchild), "the grandchild ended");
    }

    [Fact]
    public async Task A_program_with_a_grace_may_tidy_up_when_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using var folder = new TemporaryFolder();
        var command = new Command("sh", "-c", "trap 'echo tidied >tidied; exit' TERM; echo ready; while :; do sleep 0.05; done")
        {
            WorkingDirectory = folder.Path,
            Grace = TimeSpan.FromSeconds(20),
            OnLine = _ => cancellation.Cancel(),
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _runner.RunAsync(command, cancellation.Token));

        Assert.True(File.Exists(folder.File("tidied")));
    }

    [Fact]
    public async Task A_descendant_that_keeps_the_output_open_does_not_hold_up_the_result()
    {
        var watch = Stopwatch.StartNew();

        var result = await _runner.RunAsync(new Command("sh", "-c", "sleep 30 & echo $!"), TestContext.Current.CancellationToken);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        using var left = Process.GetProcessById(int.Parse(result.Output, null));
        left.Kill();
    }

    [Fact]
    public async Task KillAll_ends_what_runs()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _runner.TryAsync(
            new Command("sh", "-c", "echo ready; exec sleep 60") { OnLine = _ => started.SetResult() }, TestContext.Current.CancellationToken);
        await started.Task;

        _runner.KillAll();

        Assert.Equal(137, (await run).ExitCode);
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
