namespace VectorDb.Benchmarks;

internal static class Report
{
    public static void Title(string title) => Console.WriteLine($"{Environment.NewLine}{title}");

    public static void Line(string what, object figures) => Console.WriteLine($"  {what,-36}{figures}");

    /// <summary>Where and how: figures without it say nothing.</summary>
    public static void Machine()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1]
            : null;
        Title("Machine");
        Line("processor", $"{processor ?? "unknown"}, {Environment.ProcessorCount} cores");
        Line("runtime", System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);
        if (File.Exists("/proc/loadavg"))
        {
            Line("load before the run", $"{File.ReadAllText("/proc/loadavg").Trim()} (above the cores, latencies are not this program's)");
        }

        Line("method", "queries one after another, one warm-up round; truth by scanning floats; vectors in clusters of 100, noise 0.6");
    }
}
