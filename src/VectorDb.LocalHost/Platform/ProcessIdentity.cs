using System.Diagnostics;
using System.Text.Json.Serialization;

namespace VectorDb.LocalHost.Platform;

/// <summary>A process, told apart from a later one with the same id by when it started.</summary>
/// <param name="StartedAt">As the system reports it, which changes with its clock: only for where there is no <paramref name="Start"/>.</param>
/// <param name="Start">The boot and the ticks from it to the start of the process; null in what an older host wrote.</param>
internal sealed record ProcessIdentity(int Pid, DateTimeOffset StartedAt, string? Start = null)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    // Field 22 of /proc/<id>/stat; the count starts behind the command's closing bracket, which is field 2.
    private const int StartAfterCommand = 22 - 3;

    /// <summary>The system's clock of process starts is this coarse.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    [JsonIgnore]
    public bool IsAlive
    {
        get
        {
            using var process = Find();
            return process is not null;
        }
    }

    public static ProcessIdentity Of(Process process) => new(process.Id, new DateTimeOffset(process.StartTime), StartOf(StatOf(process.Id)));

    public static ProcessIdentity Current()
    {
        using var self = Process.GetCurrentProcess();
        return Of(self);
    }

    /// <returns>The process, where it still runs; the caller disposes it.</returns>
    public Process? Find()
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(Pid);
            var stat = StatOf(Pid);
            if (!process.HasExited && !IsZombie(stat) && IsThis(process, stat))
            {
                return process;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or IOException)
        {
            // It has gone, which is one of the two answers.
        }

        process?.Dispose();
        return null;
    }

    private bool IsThis(Process process, string[] stat) =>
        Start is not null ? Start == StartOf(stat) : (new DateTimeOffset(process.StartTime) - StartedAt).Duration() < Tolerance;

    /// <summary>It has ended, but its parent has not asked for its exit code.</summary>
    private static bool IsZombie(string[] stat) => stat is ["Z", ..];

    private static string? StartOf(string[] stat) => stat.Length > StartAfterCommand ? $"{File.ReadAllText(BootId).Trim()}/{stat[StartAfterCommand]}" : null;

    /// <returns>What the system tells of a process, from its state on; nothing where it keeps no such files.</returns>
    private static string[] StatOf(int pid)
    {
        var file = $"/proc/{pid}/stat";
        return File.Exists(file) && File.ReadAllText(file) is var stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : [];
    }
}
