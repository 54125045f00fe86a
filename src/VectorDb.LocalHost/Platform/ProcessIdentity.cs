using System.Diagnostics;
using System.Text.Json.Serialization;

namespace VectorDb.LocalHost.Platform;

/// <summary>A process, told apart from a later one with the same id by when it started.</summary>
/// <param name="StartedAt">As the system reports it.</param>
internal sealed record ProcessIdentity(int Pid, DateTimeOffset StartedAt)
{
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

    public static ProcessIdentity Of(Process process) => new(process.Id, new DateTimeOffset(process.StartTime));

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
            if (!process.HasExited && !IsZombie() && (new DateTimeOffset(process.StartTime) - StartedAt).Duration() < Tolerance)
            {
                return process;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has gone, which is one of the two answers.
        }

        process?.Dispose();
        return null;
    }

    /// <summary>It has ended, but its parent has not asked for its exit code.</summary>
    private bool IsZombie()
    {
        var file = $"/proc/{Pid}/stat";
        return File.Exists(file) && File.ReadAllText(file) is var stat && stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z');
    }
}
