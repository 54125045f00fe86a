using System.Globalization;
using System.Runtime.CompilerServices;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>One record or one error: each is counted in the task's total.</summary>
internal readonly record struct Outcome(ChunkRecord? Record, RecordError? Error);

/// <summary>
/// Turns an upload into records and errors. The same file and options give the same outcomes in the same order every time, which is
/// what lets an interrupted splitting resume by counting.
/// </summary>
internal static class UploadRecords
{
    private const int LongestId = 256;
    private const int HashDigitsInId = 12;

    public static async IAsyncEnumerable<Outcome> ReadAsync(
        Stream file, IngestTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var source = await TextSource.OpenAsync(file, cancellationToken);
        var seen = new SeenIds();
        var lastRow = 0L;
        await foreach (var row in UploadReader.Rows(source, task.FileKey, task.Options, cancellationToken))
        {
            lastRow = row.Row;
            if (row.Error is not null)
            {
                yield return Bad(row, row.Error);
                continue;
            }

            var id = row.Id ?? NumberedId(task, row.Row);
            if (Fault(row, id) is { } fault)
            {
                yield return Bad(row, fault);
            }
            else if (row.Id is not null && seen.FirstRowOf(id, row.Row) is { } first)
            {
                yield return Bad(row, $"The id was used in row {first} already.");
            }
            else
            {
                foreach (var outcome in Pieces(row, id, task.Options))
                {
                    yield return outcome;
                }
            }
        }

        if (source.BrokenOff is { } reason)
        {
            yield return new Outcome(Record: null, new RecordError(lastRow + 1, Id: null, reason));
        }
    }

    /// <summary>Where the file numbers nothing, the id holds a part of its hash, so that a second file does not overwrite the first.</summary>
    private static string NumberedId(IngestTask task, long row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{task.ContentHash.AsSpan(0, Math.Min(HashDigitsInId, task.ContentHash.Length))}-{row}");

    private static string? Fault(SourceRow row, string id) => id switch
    {
        "" => "The id is empty.",
        { Length: > LongestId } => $"The id has {id.Length} characters; at most {LongestId} are allowed.",
        _ when string.IsNullOrWhiteSpace(row.Text) => "The text is empty.",
        _ when id.Contains('\0') || row.Text.Contains('\0') => "The row holds a NUL character.",
        _ => null,
    };

    private static IEnumerable<Outcome> Pieces(SourceRow row, string id, UploadOptions options)
    {
        var number = 0;
        foreach (var piece in TextPieces.Of(row.Text, options.ChunkSize, options.ChunkOverlap))
        {
            number++;
            if (string.IsNullOrWhiteSpace(piece))
            {
                continue;
            }

            var isWhole = number == 1 && piece.Length == row.Text.Length;
            yield return new Outcome(
                new ChunkRecord(row.Row, isWhole ? id : string.Create(CultureInfo.InvariantCulture, $"{id}#{number}"), piece, row.Metadata),
                Error: null);
        }
    }

    private static Outcome Bad(SourceRow row, string reason) => new(Record: null, new RecordError(row.Row, Shown(row.Id), reason));

    private static string? Shown(string? id) => id is { Length: > LongestId } ? id[..LongestId] : id;
}
