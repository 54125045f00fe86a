using System.Text;

namespace VectorDb.Build.Environments.Local;

/// <summary>The end of a log that is being written.</summary>
internal static class LogTail
{
    private const int Lines = 20;
    private const int Bytes = 64 * 1024;

    public static async Task<IReadOnlyList<string>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(Bytes, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(cancellationToken);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Lines)];
    }
}
