using System.Diagnostics;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Processes;

[Trait(Suites.Trait, Suites.Full)]
public sealed class SignalsTests
{
    [Fact]
    public async Task The_first_signal_cancels_the_run_and_names_its_exit_code()
    {
        var left = false;
        using var signals = new Signals(() => left = true);
        using var self = Process.GetCurrentProcess();
        Assert.Null(signals.ExitCode);

        PosixSignal.Terminate(self);

        await Eventually.TrueAsync(() => signals.Cancellation.IsCancellationRequested, "the run is cancelled");
        Assert.Equal(143, signals.ExitCode);
        Assert.False(left);
    }
}
