namespace VectorDb.Build.Releases.Files;

/// <summary>Keeps other processes out for a moment, by a lock of the operating system that ends with its process.</summary>
internal static class FileGuard
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // What .NET makes of a lock that another holds: EWOULDBLOCK on Unix, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int Held = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>Waits for its turn. Dispose the result to let the next one in; the guard's file stays.</summary>
    public static async Task<IDisposable> EnterAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryEnter(path) is { } guard)
            {
                return guard;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <returns>Null when another process is inside.</returns>
    /// <exception cref="IOException">The disk refuses it, which waiting would not change.</exception>
    public static IDisposable? TryEnter(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure.HResult == Held)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}, which keeps other runs out, cannot be opened: {failure.Message} See that its folder can be written to, then run the command again.", failure);
        }
    }
}
