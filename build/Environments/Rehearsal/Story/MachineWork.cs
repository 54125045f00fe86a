using System.Globalization;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>What the processors of this machine have done so far, for whomever: Linux counts it in <c>/proc/stat</c>.</summary>
/// <param name="Busy">Of all processors together; waiting for disks is none of it, nor what the host of a virtual machine took away.</param>
/// <param name="Passed">Time of all processors together.</param>
/// <param name="Processors">How many they are.</param>
internal sealed record MachineWork(TimeSpan Busy, TimeSpan Passed, int Processors)
{
    private const double TicksPerSecond = 100;

    /// <returns>Null where nothing counts it.</returns>
    public static MachineWork? Read(string file = "/proc/stat") => File.Exists(file) ? Of(File.ReadAllLines(file)) : null;

    /// <summary>https://man7.org/linux/man-pages/man5/proc_stat.5.html: user, nice, system, idle, iowait, irq, softirq, steal, and guests, who are users already.</summary>
    public static MachineWork Of(IReadOnlyList<string> stat)
    {
        var ticks = stat[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(static field => long.Parse(field, CultureInfo.InvariantCulture)).ToList();
        var busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
        return new MachineWork(
            TimeSpan.FromSeconds(busy / TicksPerSecond),
            TimeSpan.FromSeconds(ticks.Sum() / TicksPerSecond),
            stat.Skip(1).Count(static line => line.StartsWith("cpu", StringComparison.Ordinal)));
    }

    public static MachineWork operator +(MachineWork one, MachineWork other) => new(one.Busy + other.Busy, one.Passed + other.Passed, one.Processors);

    public static MachineWork operator -(MachineWork later, MachineWork earlier) => new(later.Busy - earlier.Busy, later.Passed - earlier.Passed, later.Processors);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"all {Processors} processors were at work for {Busy.TotalSeconds / Processors:0} s of {Passed.TotalSeconds / Processors:0} s, whoever made them work");
}
