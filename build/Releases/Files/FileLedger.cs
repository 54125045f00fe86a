using System.Text;
using System.Text.Json;

namespace VectorDb.Build.Releases.Files;

/// <summary>A ledger of one JSON document a line.</summary>
internal sealed class FileLedger(string path) : ILedger
{
    private const byte NewLine = (byte)'\n';

    public async Task AppendAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        using var guard = await FileGuard.EnterAsync(path + ".guard", cancellationToken);
        await using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        await RepairTornTailAsync(stream, cancellationToken);
        stream.Seek(0, SeekOrigin.End);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, ReleaseJson.Line.LedgerEntry) + "\n"), cancellationToken);
        stream.Flush(flushToDisk: true);
    }

    public async Task<IReadOnlyList<LedgerEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        var bytes = await DurableFile.ReadAsync(path, cancellationToken) ?? [];
        var entries = new List<LedgerEntry>();
        var start = 0;
        for (var line = 1; start < bytes.Length; line++)
        {
            var length = bytes.AsSpan(start).IndexOf(NewLine);
            var torn = length < 0;
            var json = bytes.AsSpan(start, torn ? bytes.Length - start : length);
            if (Parse(json) is { } entry)
            {
                entries.Add(entry);
            }
            else if (!torn)
            {
                throw new InvalidDataException($"{path}, line {line}: this is not a ledger entry. Restore the file from a backup, or remove the line.");
            }

            start += json.Length + 1;
        }

        return entries;
    }

    /// <summary>A writer killed in the middle leaves half a line: it never happened. A whole one lacks only its end.</summary>
    private static async Task RepairTornTailAsync(FileStream stream, CancellationToken cancellationToken)
    {
        if (stream.Length == 0)
        {
            return;
        }

        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        if (bytes[^1] == NewLine)
        {
            return;
        }

        var lineStart = bytes.AsSpan().LastIndexOf(NewLine) + 1;
        if (Parse(bytes.AsSpan(lineStart)) is null)
        {
            stream.SetLength(lineStart);
        }
        else
        {
            stream.WriteByte(NewLine);
        }
    }

    private static LedgerEntry? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReleaseJson.Line.LedgerEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
