using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace VectorDb.Benchmarks;

/// <summary>Where and how: figures without it say nothing.</summary>
internal static class Machine
{
    public static void Print()
    {
        Console.WriteLine($"Machine   {Processor()}, {Environment.ProcessorCount} cores, {Registers()}; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}");
        if (File.Exists("/proc/loadavg"))
        {
            Console.WriteLine($"Load      {File.ReadAllText("/proc/loadavg").Trim()} before the run; others on the cores show in p95 and p99");
        }

        Console.WriteLine("Method    one query after another, warmed up; truth by scanning floats; vectors in clusters, of 100 where nothing is said, noise 0.6; milliseconds");
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line.Split(": ")[1]
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string Registers() => Avx512BW.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "128-bit registers";
}
