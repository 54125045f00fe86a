using System.Diagnostics;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Processes;

public sealed class OrphansTests
{
    [Fact]
    public async Task What_a_killed_run_left_on_this_repository_is_ended_and_nothing_else()
    {
        // Of this run: others of this test on the machine have processes of their own.
        var (table, repositories) = (new Table(), $"/repositories/{Guid.NewGuid()}");
        var orphans = new Orphans($"{repositories}/one", table);
        using var left = Start(orphans);
        using var elsewhere = Start(new Orphans($"{repositories}/two", table));
        try
        {
            Assert.Equal(0, orphans.End());

            table.IsOver = true;
            Assert.Equal(1, orphans.End());

            await left.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.False(elsewhere.HasExited);
        }
        finally
        {
            left.Kill();
            elsewhere.Kill();
        }
    }

    private static Process Start(Orphans orphans)
    {
        var start = new ProcessStartInfo("sleep", ["600"]);
        foreach (var (name, value) in orphans.Mark)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>A run that is over when the test says so.</summary>
    private sealed class Table : IProcessTable
    {
        public bool IsOver { get; set; }

        public ProcessIdentity Current { get; } = new("here", 7, 42);

        public bool HasEnded(ProcessIdentity process) => IsOver && process == Current;
    }
}
