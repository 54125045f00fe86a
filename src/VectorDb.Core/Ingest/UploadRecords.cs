using System.Globalization;
using System.Runtime.CompilerServices;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Records;
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
            var last = LastPiece(row, task.Options);
            // Cut anew each time it is gone through: a long row has more pieces than should be in memory at once.
            var pieces = Pieces(row, id, last, task.Options);
            if (Fault(row, id, pieces) is { } fault)
            {
                yield return Bad(row, fault);
            }
            else if ((row.Id is null ? seen.FirstRowOf(id, last) : seen.FirstRowOf(id, last, row.Row)) is { } first)
            {
                yield return Bad(row, last == 0 ? $"The id was used in row {first} already." : $"The id, or that of one of its pieces, was used in row {first} already.");
            }
            else
            {
                foreach (var piece in pieces)
                {
                    yield return new Outcome(piece, Error: null);
                }
            }
        }

        if (source.BrokenOff is { } reason)
        {
            yield return new Outcome(Record: null, new RecordError(lastRow + 1, Id: null, reason));
        }
    }

    /// <summary>The id of a row that has none: it holds a part of the file's hash, so that a second file does not overwrite the first.</summary>
    private static string NumberedId(IngestTask task, long row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{task.ContentHash.AsSpan(0, Math.Min(HashDigitsInId, task.ContentHash.Length))}-{row}");

    /// <summary>What a store would refuse is refused here, where it costs its own row only and no call of the embedder.</summary>
    private static string? Fault(SourceRow row, string id, IEnumerable<ChunkRecord> pieces) =>
        RecordRules.CheckId(id)
        ?? (string.IsNullOrWhiteSpace(row.Text) ? "The text is empty." : null)
        ?? RecordRules.CheckMetadata(row.Metadata)
        ?? pieces.Select(static piece => RecordRules.CheckId(piece.Id) ?? RecordRules.CheckText(piece.Text)).FirstOrDefault(static fault => fault is not null);

    /// <returns>The number of the last piece; 0 for a row that stays whole.</returns>
    private static int LastPiece(SourceRow row, UploadOptions options)
    {
        var last = 0;
        foreach (var piece in PiecesOf(row, options))
        {
            last = piece.Length == row.Text.Length ? 0 : last + 1;
        }

        return last;
    }

    private static IEnumerable<ChunkRecord> Pieces(SourceRow row, string id, int last, UploadOptions options) => last == 0
        ? [new ChunkRecord(row.Row, id, row.Text, row.Metadata)]
        : PiecesOf(row, options).Index().Select(piece => new ChunkRecord(
            row.Row, PieceIds.Of(id, piece.Index + 1), piece.Item, row.Metadata, id, piece.Index + 1 == last ? last : null));

    /// <summary>Blank ones are no records and so take no number: where numbers go on without a gap, those that a row no longer has are found behind its last one.</summary>
    private static IEnumerable<string> PiecesOf(SourceRow row, UploadOptions options) =>
        TextPieces.Of(row.Text, options.ChunkSize, options.ChunkOverlap).Where(static piece => !string.IsNullOrWhiteSpace(piece));

    /// <summary>Clipped at once, as a thousand of them are held in memory before they are booked.</summary>
    private static Outcome Bad(SourceRow row, string reason) => new(
        Record: null,
        new RecordError(row.Row, row.Id is null ? null : RecordError.Start(row.Id, RecordRules.MaximumIdLength), reason).Clipped());
}
