using VectorDb.Build.Infrastructure;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Backups;

/// <summary>A folder of one run's own on the disk of the data, for a copy on its way in or out. One run at a time: what a killed one has left goes.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly IDisposable _turn;
    private readonly string _root;

    private Workbench(string root, IDisposable turn) => (_root, _turn) = (root, turn);

    /// <summary>Not there yet.</summary>
    public string Copy => Path.Combine(_root, "copy");

    public static async Task<Workbench> EnterAsync(string root, CancellationToken cancellationToken)
    {
        var bench = new Workbench(root, await FileGuard.EnterAsync(root + ".guard", cancellationToken));
        bench.Clear();
        PrivateFolder.Create(root);
        return bench;
    }

    public void Dispose()
    {
        Clear();
        _turn.Dispose();
    }

    private void Clear()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }
}
