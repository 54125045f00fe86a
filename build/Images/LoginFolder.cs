namespace VectorDb.Build.Images;

/// <summary>A folder of this run's own for a registry login, in memory where the system has such a place, gone afterwards.</summary>
internal sealed class LoginFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    public LoginFolder()
    {
        var parent = Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath();
        Path = System.IO.Path.Combine(parent, $"vectordb-login-{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
