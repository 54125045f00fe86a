using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>A chunk under construction: its records as JSON lines, and the errors met on the way.</summary>
internal sealed class ChunkDraft
{
    private static readonly byte[] LineFeed = "\n"u8.ToArray();
    private readonly ArrayBufferWriter<byte> _lines = new(1 << 16);
    private readonly List<RecordError> _errors = [];

    public int Records { get; private set; }

    public int Characters { get; private set; }

    public IReadOnlyList<RecordError> Errors => _errors;

    public bool IsEmpty => Records == 0 && _errors.Count == 0;

    public void Add(Outcome outcome)
    {
        if (outcome.Record is not { } record)
        {
            _errors.Add(outcome.Error!);
            return;
        }

        using (var writer = new Utf8JsonWriter(_lines))
        {
            JsonSerializer.Serialize(writer, record, ChunkJson.Default.ChunkRecord);
        }

        _lines.Write(LineFeed);
        Records++;
        Characters += record.Text.Length;
    }

    public Stream ToStream() => new MemoryStream(_lines.WrittenSpan.ToArray(), writable: false);
}

internal static class ChunkFile
{
    public static async IAsyncEnumerable<ChunkRecord> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return JsonSerializer.Deserialize(line, ChunkJson.Default.ChunkRecord)
                ?? throw new InvalidDataException("A chunk file has a line without a record.");
        }
    }
}
