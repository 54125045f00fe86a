namespace VectorDb.LocalHost.Supervision;

/// <summary>How long a service that ended waits before it is started again.</summary>
/// <param name="random">From 0 to 1; spreads restarts that have one cause.</param>
internal sealed class RestartBackoff(Func<double> random)
{
    private const int CrashLoopAfter = 4;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);

    private int _failures;

    /// <summary>It has ended again and again without a stable minute between.</summary>
    public bool IsCrashLoop => _failures >= CrashLoopAfter;

    public TimeSpan Next(TimeSpan ranFor)
    {
        if (ranFor >= Stable)
        {
            _failures = 0;
        }

        var wait = TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(_failures, 16)));
        _failures++;
        return wait * (0.75 + (random() / 2));
    }
}
