namespace VectorDb.Testing;

/// <summary>A folder of a test's own, gone when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private const int Attempts = 250;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public string Path { get; } = Directory.CreateTempSubdirectory("vectordb-").FullName;

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        for (var attempt = 1; Directory.Exists(Path); attempt++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (attempt < Attempts)
            {
                // What the test has ended may still have been writing its last file.
                Thread.Sleep(Pause);
            }
        }
    }
}
