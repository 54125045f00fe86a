using System.Diagnostics;
using System.Globalization;

namespace VectorDb.Build.Processes;

/// <summary>The processes of this machine.</summary>
/// <param name="machine">What tells it from others; its name where it shares nothing with them.</param>
internal sealed class SystemProcessTable(string? machine = null) : IProcessTable
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const string Namespace = "/proc/self/ns/pid";

    // Field 22 of /proc/<id>/stat; the count starts behind the command's closing bracket, which is field 2.
    private const int StartTimeAfterCommand = 22 - 3;

    public ProcessIdentity Current { get; } = new(WithNumbers(machine ?? Environment.MachineName), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    public bool HasEnded(ProcessIdentity process) => process.Machine == Current.Machine && StartOf(process.Id) != process.StartedAt;

    /// <summary>For what machines share: two of them may well have one name, but no two have booted as one.</summary>
    public static SystemProcessTable OfThisBoot() =>
        new($"{Environment.MachineName}/{(File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : Guid.NewGuid().ToString())}");

    /// <summary>A container may have its machine's name and boot, but it counts its processes by itself.</summary>
    private static string WithNumbers(string machine) => new FileInfo(Namespace).LinkTarget is { } numbers ? $"{machine}/{numbers}" : machine;

    /// <returns>Null when there is no such process.</returns>
    private static long? StartOf(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var stat = File.ReadAllText($"/proc/{id}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : long.Parse(fields[StartTimeAfterCommand], CultureInfo.InvariantCulture);
            }

            using var process = Process.GetProcessById(id);
            return new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
