using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Images;

/// <summary>
/// A folder of this run's own for a registry login, in memory where the system has such a place, gone afterwards. What a run left there
/// that was killed, or left at once, goes with the next login: the system has dropped the lock that it held.
/// </summary>
internal sealed class LoginFolder : IDisposable
{
    private const string Memory = "/dev/shm";
    private const string Name = "vectordb-login-";
    private const string Lock = "in-use";

    private readonly IDisposable _lock;

    /// <param name="parent">Where it lies, with those of other runs.</param>
    public LoginFolder(string parent)
    {
        RemoveAbandoned(parent);
        Path = System.IO.Path.Combine(parent, $"{Name}{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _lock = Hold(System.IO.Path.Combine(Path, Lock));
    }

    public static string Usual => Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath();

    public string Path { get; }

    public void Dispose() => Remove(Path, _lock);

    /// <summary>
    /// Elsewhere a file is there before it is held, and another run would take this one for gone: it gets its name afterwards. Windows does
    /// both at once, and renames nothing that is open.
    /// </summary>
    private static IDisposable Hold(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return FileGuard.TryEnter(file)!;
        }

        var held = FileGuard.TryEnter($"{file}.new")!;
        File.Move($"{file}.new", file);
        return held;
    }

    private static void RemoveAbandoned(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, $"{Name}*"))
        {
            try
            {
                var file = System.IO.Path.Combine(folder, Lock);
                if (File.Exists(file) && FileGuard.TryEnter(file) is { } taken)
                {
                    Remove(folder, taken);
                }
            }
            catch (IOException)
            {
                // Of another user, who alone can remove it.
            }
        }
    }

    private static void Remove(string folder, IDisposable held)
    {
        if (OperatingSystem.IsWindows())
        {
            // Which removes nothing that is open.
            held.Dispose();
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        finally
        {
            held.Dispose();
        }
    }
}
