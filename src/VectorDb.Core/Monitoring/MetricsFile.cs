namespace VectorDb.Core.Monitoring;

/// <summary>Appends lines, and begins anew before it grows without end; the agent follows both.</summary>
internal sealed class MetricsFile(string path, long maximumBytes = 1024 * 1024)
{
    public async Task AppendAsync(string line, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is { Exists: true } file && file.Length >= maximumBytes)
        {
            File.Move(path, path + ".1", overwrite: true);
        }

        await File.AppendAllTextAsync(path, line + "\n", cancellationToken);
    }
}
