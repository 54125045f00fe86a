using System.Globalization;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// One life of a site. Its name says which process it belongs to, so that whatever bears it (folders, containers, networks) can be
/// told from the leftovers of a process that was killed.
/// </summary>
internal sealed record SiteRun
{
    private const string Prefix = "vectordb-rehearsal-";
    private const string MachineFile = "machine";
    private const string LockName = "programs.lock";

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static int _count;

    private readonly string _machine;

    private SiteRun(string name, string machine)
    {
        (Name, _machine) = (name, machine);
        Folder = FolderIn(Path.GetTempPath());
    }

    /// <summary>Process id, its start, and the count of sites that it has made.</summary>
    public string Name { get; }

    /// <summary>For its files; nobody else may look into it.</summary>
    public string Folder { get; }

    /// <summary>Locked by the programs of the run while they live.</summary>
    public string LockFile => File(LockName);

    public static SiteRun Begin(IProcessTable processes)
    {
        var owner = processes.Current;
        return new SiteRun($"{owner.Id}-{owner.StartedAt}-{Interlocked.Increment(ref _count)}", owner.Machine);
    }

    /// <summary>Makes a folder of this run in another one.</summary>
    public string FolderIn(string parent)
    {
        var folder = Path.Combine(parent, Prefix + Name);
        PrivateFolder.Create(folder);
        System.IO.File.WriteAllText(Path.Combine(folder, MachineFile), _machine);
        return folder;
    }

    /// <summary>Removes the folders of runs whose process was killed, once their programs have noticed it and ended too.</summary>
    /// <param name="parent">Where the folders are.</param>
    /// <param name="processes">Tells which runs are over.</param>
    /// <param name="time">Paces the wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task RemoveLeftoversAsync(string parent, IProcessTable processes, TimeProvider time, CancellationToken cancellation)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, $"{Prefix}*").ToList())
        {
            if (IsOver(Path.GetFileName(folder)[Prefix.Length..], MachineOf(folder), processes))
            {
                var start = time.GetTimestamp();
                while (IsLocked(Path.Combine(folder, LockName)) && time.GetElapsedTime(start) < EndLimit)
                {
                    await Task.Delay(Pause, time, cancellation);
                }

                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <param name="name">Name of a run.</param>
    /// <param name="machine">Where it ran.</param>
    /// <param name="processes">Tells whether its process has ended.</param>
    public static bool IsOver(string name, string machine, IProcessTable processes)
    {
        var parts = name.Split('-');
        return parts.Length == 3
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var id)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var startedAt)
            && processes.HasEnded(new ProcessIdentity(machine, id, startedAt));
    }

    public string File(string name) => Path.Combine(Folder, name);

    private static bool IsLocked(string file)
    {
        try
        {
            using var mine = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string MachineOf(string folder)
    {
        var file = Path.Combine(folder, MachineFile);
        return System.IO.File.Exists(file) ? System.IO.File.ReadAllText(file) : "";
    }
}
