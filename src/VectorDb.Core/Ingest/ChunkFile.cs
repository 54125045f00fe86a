using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    public int Bytes => _lines.WrittenCount;

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
    }

    /// <summary>Reads the draft where it lies, so nothing may be added any more.</summary>
    public Stream ToStream() => MemoryMarshal.TryGetArray(_lines.WrittenMemory, out var lines)
        ? new MemoryStream(lines.Array!, lines.Offset, lines.Count, writable: false)
        : throw new InvalidOperationException("The draft of a chunk lies in no array.");
}

internal static class ChunkFile
{
    /// <returns>Each record with the length of its line, which counts its metadata too.</returns>
    public static async IAsyncEnumerable<(ChunkRecord Record, int Length)> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var record = JsonSerializer.Deserialize(line, ChunkJson.Default.ChunkRecord)
                ?? throw new InvalidDataException("A chunk file has a line without a record.");
            yield return (record, line.Length);
        }
    }
}
