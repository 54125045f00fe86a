using System.Collections.Concurrent;
using System.Globalization;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Testing;

/// <summary>Runs the tests of all projects and says what came of them.</summary>
public sealed class TestSession
{
    // Two programs at once keep two cores busy while one of them waits; more would only disturb each other's clocks.
    private const int AtOnce = 2;

    private readonly string _root;
    private readonly TestRunner _runner;
    private readonly TestMemory _memory;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;
    private readonly Lazy<bool> _demandsAll;

    /// <param name="demandsAll">Whether what the run changes takes only bytes on which every test has passed.</param>
    internal TestSession(string root, TestRunner runner, TestMemory memory, StepJournal journal, TimeProvider time, Lazy<bool> demandsAll) =>
        (_root, _runner, _memory, _journal, _time, _demandsAll) = (root, runner, memory, journal, time, demandsAll);

    /// <summary>The fast suite, except where it passed already on these bytes.</summary>
    /// <exception cref="InvalidOperationException">A test failed, or the environment demands tests that nobody has run on these bytes.</exception>
    public Task RunFastAsync(CancellationToken cancellationToken) => _journal.RunAsync("Fast suite", async () =>
    {
        RefuseUntested();
        var projects = TestProject.Find(_root).Where(project => !project.IsEndToEnd && Directory.Exists(project.OutputFolder));
        var keys = projects.ToDictionary(project => project, project => _memory.KeyOf(project));
        var known = keys.ToDictionary(project => project.Key, project => _memory.Recall(project.Value, TestSuite.Fast));
        var remembered = known.Values.Sum() ?? 0;
        if (remembered > 0)
        {
            _journal.Say(string.Create(CultureInfo.InvariantCulture, $"{remembered:N0} tests already passed on these bytes."));
        }

        var result = await RunAsync(known.Where(project => project.Value is null).Select(project => project.Key), TestSuite.Fast, keys, cancellationToken);
        return result.Succeeded
            ? string.Create(CultureInfo.InvariantCulture, $"{result.Passed:N0} passed, {remembered:N0} passed before")
            : throw new InvalidOperationException($"{result.Failures.Count} tests failed; nothing was changed.");
    });

    /// <summary>Every test, whatever passed before.</summary>
    /// <returns>The sum over all projects.</returns>
    internal async Task<TestResult> RunFullAsync(CancellationToken cancellationToken)
    {
        var projects = TestProject.Find(_root);
        var keys = projects.ToDictionary(project => project, project => _memory.KeyOf(project));
        var result = TestResult.Nothing;
        foreach (var turn in projects.GroupBy(project => project.IsEndToEnd).OrderBy(turn => turn.Key))
        {
            result += await RunAsync(turn, TestSuite.Full, keys, cancellationToken);
        }

        return result;
    }

    private void RefuseUntested()
    {
        var untested = _demandsAll.Value
            ? TestProject.Find(_root).Where(project => !Directory.Exists(project.OutputFolder) || _memory.Recall(_memory.KeyOf(project), TestSuite.Full) is null).ToList()
            : [];
        if (untested.Count > 0)
        {
            throw new InvalidOperationException(
                $"This environment takes only bytes on which every test has passed, and on these {string.Join(", ", untested.Select(project => project.Name))} did not. "
                + "Next: VECTORDB_REQUIRE_TOOLS=1 ./build.sh --target=Test, in which a test fails that would be skipped for want of a tool");
        }
    }

    private async Task<TestResult> RunAsync(
        IEnumerable<TestProject> projects, TestSuite suite, Dictionary<TestProject, TestKey> keys, CancellationToken cancellationToken)
    {
        var results = new ConcurrentBag<TestResult>();
        await Parallel.ForEachAsync(projects, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (project, stop) =>
        {
            var start = _time.GetTimestamp();
            var result = await _runner.RunAsync(project, suite, stop);
            Report(project, result, _time.GetElapsedTime(start));
            results.Add(result);
            if (result.Succeeded)
            {
                await _memory.RememberAsync(project, keys[project], suite, result, stop);
            }
            else
            {
                _memory.Forget(keys[project]);
            }
        });
        return results.Aggregate(TestResult.Nothing, (left, right) => left + right);
    }

    private void Report(TestProject project, TestResult result, TimeSpan took)
    {
        lock (_journal)
        {
            _journal.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{project.Name,-32} {result.Passed,5} passed {result.Failures.Count,3} failed {result.Skips.Count,3} skipped {took.TotalSeconds,7:0.0} s"));
            foreach (var skip in result.Skips)
            {
                _journal.Say($"  skipped {skip.Name}: {skip.Message}");
            }

            foreach (var failure in result.Failures)
            {
                _journal.Say($"  FAILED {failure.Name}");
                foreach (var line in failure.Message.Split('\n'))
                {
                    _journal.Say($"    {line.TrimEnd()}");
                }
            }
        }
    }
}
