namespace VectorDb.Build.Releases.Files;

/// <summary>Keeps other processes out for a moment, by a lock of the operating system that ends with its process.</summary>
internal static class FileGuard
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

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
    public static IDisposable? TryEnter(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
