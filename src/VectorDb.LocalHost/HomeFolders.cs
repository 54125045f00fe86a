using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost;

/// <summary>Where everything of one host lies.</summary>
internal sealed record HomeFolders(string Home)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Data => Path.Combine(Home, "data");

    public string Queue => Path.Combine(Home, "queue");

    public string Logs => Path.Combine(Home, "logs");

    public string Run => Path.Combine(Home, "run");

    /// <summary>One file a secret, named like the setting.</summary>
    public string Secrets => Path.Combine(Home, "secrets");

    public string ControlSocket => Path.Combine(Run, "control.sock");

    public string Lock => Path.Combine(Run, "host.lock");

    public string HostDescription => Path.Combine(Run, "host.json");

    public string State => Path.Combine(Home, "state.json");

    /// <summary>A link to the folder of the host that last became ready, for the service manager to start.</summary>
    public string CurrentHost => Path.Combine(Home, "host", "current");

    public void Create()
    {
        Directory.CreateDirectory(Home);
        foreach (var folder in (string[])[Data, Queue, Logs, Run, Secrets])
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            File.SetUnixFileMode(folder, OwnerOnly);
        }
    }

    /// <summary>Points <see cref="CurrentHost"/> to the binaries of this process, where they lie beside it.</summary>
    public void LinkCurrentHost()
    {
        var binaries = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        if (Path.GetDirectoryName(binaries) != Path.GetDirectoryName(CurrentHost) || binaries == CurrentHost)
        {
            return;
        }

        var next = $"{CurrentHost}.{Environment.ProcessId}";
        File.CreateSymbolicLink(next, Path.GetFileName(binaries));
        Posix.Rename(next, CurrentHost);
    }
}
