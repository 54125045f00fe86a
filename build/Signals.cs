using System.Runtime.InteropServices;

namespace VectorDb.Build;

/// <summary>
/// Ctrl+C, SIGTERM and the end of the terminal (SIGHUP): the first cancels the run, which ends its children and tears down; a second
/// one leaves at once.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly Lock _leaving = new();
    private int _first;

    /// <param name="leave">Called before the process leaves at once; must not wait.</param>
    public Signals(Action leave) =>
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, leave)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, leave)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => On(context, leave)),
        ];

    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>128 + the number of the signal that ended the run, or null when none did.</summary>
    public int? ExitCode => _first == 0 ? null : _first;

    public void Dispose()
    {
        // The end of the run must not overtake a second signal that is still ending children.
        lock (_leaving)
        {
            _registrations.ForEach(registration => registration.Dispose());
            _cancellation.Dispose();
        }
    }

    private void On(PosixSignalContext context, Action leave)
    {
        context.Cancel = true;
        var code = context.Signal switch
        {
            PosixSignal.SIGHUP => 129,
            PosixSignal.SIGINT => 130,
            _ => 143,
        };
        if (Interlocked.CompareExchange(ref _first, code, 0) == 0)
        {
            Console.Error.WriteLine("Stopping; a second signal leaves at once.");
            _ = _cancellation.CancelAsync();
        }
        else
        {
            lock (_leaving)
            {
                leave();
                Environment.Exit(code);
            }
        }
    }
}
