using VectorDb.Core.Records;
using VectorDb.Core.Stores;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Removes what an earlier upload made of a row and this one does not replace: pieces beyond the last one now, all of them when it
/// stays whole, the whole record when it is cut. A record whose id merely looks like a piece's is left alone.
/// </summary>
internal static class SurplusPieces
{
    /// <summary>Ends the content hash of a piece, which tells it from a record of its own.</summary>
    public const string Mark = ";piece";

    /// <summary>Looked for behind the last piece of every row: two, as one may have failed and so be missing.</summary>
    private const int Probed = 2;

    /// <summary>Looked for at a time once there are some; so many in a row without one are the end.</summary>
    private const int Window = 64;

    public static string? Unmarked(string? contentHash) =>
        contentHash?.EndsWith(Mark, StringComparison.Ordinal) == true ? contentHash[..^Mark.Length] : contentHash;

    /// <param name="settled">Records of this upload that are in the collection.</param>
    /// <exception cref="RowsReplacedException">They are there no more: another upload, cut otherwise, took them for its surplus.</exception>
    public static async Task RemoveAsync(
        IVectorStore store, string collection, IReadOnlyCollection<ChunkRecord> settled, CancellationToken cancellationToken)
    {
        var probes = new Dictionary<string, (string Row, int Number)>();
        foreach (var record in settled.Where(static record => record.PieceOf is null || record.Pieces is not null))
        {
            var row = record.PieceOf ?? record.Id;
            var last = record.Pieces ?? 0;
            if (last > 0)
            {
                probes[row] = (row, 0);
            }

            for (var number = last + 1; number <= last + Probed; number++)
            {
                probes[PieceIds.Of(row, number)] = (row, number);
            }
        }

        if (probes.Count == 0)
        {
            return;
        }

        var found = (await store.FindAsync(collection, probes.Keys, cancellationToken))
            .Where(record => probes[record.Id].Number == 0 || IsPiece(record)).Select(static record => record.Id).ToList();
        var surplus = new List<string>(found);
        foreach (var pieces in found.Select(id => probes[id]).Where(static probe => probe.Number > 0).GroupBy(static probe => probe.Row))
        {
            await AddFromAsync(store, collection, pieces.Key, pieces.Max(static probe => probe.Number) + 1, surplus, cancellationToken);
        }

        if (surplus.Count == 0)
        {
            return;
        }

        // All at once: were some to go first and the worker to die, the next one would not find the others.
        await store.DeleteAsync(collection, surplus, cancellationToken);
        // Of two uploads that take each other's records for surplus, the one that deletes last sees that its own are gone.
        if ((await store.FindAsync(collection, [.. settled.Select(static record => record.Id)], cancellationToken)).Count < settled.Count)
        {
            throw new RowsReplacedException();
        }
    }

    private static async Task AddFromAsync(
        IVectorStore store, string collection, string row, int from, List<string> surplus, CancellationToken cancellationToken)
    {
        for (var number = from; ; number += Window)
        {
            var ids = Enumerable.Range(number, Window).Select(piece => PieceIds.Of(row, piece)).ToList();
            var before = surplus.Count;
            surplus.AddRange((await store.FindAsync(collection, ids, cancellationToken)).Where(IsPiece).Select(static record => record.Id));
            if (surplus.Count == before)
            {
                return;
            }
        }
    }

    private static bool IsPiece(Record record) => record.ContentHash?.EndsWith(Mark, StringComparison.Ordinal) == true;
}

internal sealed class RowsReplacedException() : Exception("Another upload replaced the same rows at the same moment.");
