using System.Diagnostics;
using System.Globalization;

namespace VectorDb.Build.Processes;

/// <summary>
/// What a run that was killed has left running: it would go on writing where the next run writes. A program that carries the mark
/// of its run hands it on to all that it starts, so that all of them are found, on a system that shows environments.
/// </summary>
/// <param name="root">The repository that the run works on.</param>
internal sealed class Orphans(string root, IProcessTable processes)
{
    private const string Variable = "VECTORDB_BUILD_RUN";

    /// <summary>To be put into the environment of what may outlive a run that is killed.</summary>
    public IReadOnlyDictionary<string, string?> Mark { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        [Variable] = string.Create(CultureInfo.InvariantCulture, $"{processes.Current.Id} {processes.Current.StartedAt} {root}"),
    };

    /// <summary>Ends all that runs which have ended themselves left on this repository.</summary>
    /// <returns>How many programs those were.</returns>
    public int End()
    {
        var ended = 0;
        foreach (var folder in Directory.Exists("/proc/self") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsOrphan(folder))
            {
                ended += Kill(id);
            }
        }

        return ended;
    }

    private static int Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit();
            return 1;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended by itself in the meantime.
            return 0;
        }
    }

    private bool IsOrphan(string folder)
    {
        try
        {
            const string prefix = Variable + "=";
            return File.ReadAllText(Path.Combine(folder, "environ")).Split('\0').FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal)) is { } mark
                && mark[prefix.Length..].Split(' ', 3) is [var id, var startedAt, var its] && its == root
                && processes.HasEnded(processes.Current with
                {
                    Id = int.Parse(id, CultureInfo.InvariantCulture),
                    StartedAt = long.Parse(startedAt, CultureInfo.InvariantCulture),
                });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to somebody else.
            return false;
        }
    }
}
