using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Supervision;

/// <summary>
/// The processes that this host started, on file, so that a later host finds what a killed one left. Services end by
/// themselves when their host dies; this is for one that hangs.
/// </summary>
internal sealed class ProcessRegister(string runFolder) : IDisposable
{
    private const string Pattern = "processes-*.json";

    private readonly string _path = Path.Combine(runFolder, $"processes-{Environment.ProcessId}.json");
    private readonly ProcessIdentity _host = ProcessIdentity.Current();
    private readonly Lock _gate = new();
    private readonly HashSet<ProcessIdentity> _children = [];

    /// <summary>Ends what hosts that are gone left running.</summary>
    /// <returns>The processes it ended.</returns>
    public IReadOnlyList<ProcessIdentity> EndLeftovers()
    {
        var ended = new List<ProcessIdentity>();
        foreach (var file in Directory.EnumerateFiles(runFolder, Pattern).ToList())
        {
            if (AtomicFile.ReadJson<Entry>(file) is { } entry)
            {
                if (entry.Host.IsAlive)
                {
                    continue;
                }

                ended.AddRange(entry.Children.Where(End));
            }

            File.Delete(file);
        }

        return ended;
    }

    public void Add(ProcessIdentity child) => Change(() => _children.Add(child));

    public void Remove(ProcessIdentity child) => Change(() => _children.Remove(child));

    public void Dispose() => File.Delete(_path);

    private static bool End(ProcessIdentity child)
    {
        using var process = child.Find();
        process?.Kill(entireProcessTree: true);
        return process is not null;
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            try
            {
                AtomicFile.WriteJson(_path, new Entry(_host, [.. _children]));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // On a full disk services start and end all the same; the next change writes this one too.
            }
        }
    }

    private sealed record Entry(ProcessIdentity Host, IReadOnlyList<ProcessIdentity> Children);
}
