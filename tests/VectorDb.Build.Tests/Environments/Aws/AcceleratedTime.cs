namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>What waits and what is measured passes so many times faster; the date is the real one.</summary>
internal sealed class AcceleratedTime(int factor) : TimeProvider
{
    public override long TimestampFrequency => System.TimestampFrequency / factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shortened(dueTime), Shortened(period));

    private TimeSpan Shortened(TimeSpan span) => span == Timeout.InfiniteTimeSpan ? span : span / factor;
}
