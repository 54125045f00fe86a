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

        // Under its name only when it is held: until then another run must not take this one for gone.
        var held = System.IO.Path.Combine(Path, $"{Lock}.new");
        _lock = FileGuard.TryEnter(held)!;
        File.Move(held, System.IO.Path.Combine(Path, Lock));
    }

    public static string Usual => Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath();

    public string Path { get; }

    public void Dispose()
    {
        _lock.Dispose();
        Remove(Path);
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
                    taken.Dispose();
                    Remove(folder);
                }
            }
            catch (IOException)
            {
                // Of another user, who alone can remove it.
            }
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another login has just done it.
        }
    }
}
