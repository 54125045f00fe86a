using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>Embeds and upserts the records of one chunk, batch by batch, and books each batch when it is durable.</summary>
internal sealed partial class ChunkIndexer(
    IChunkLedger ledger, IFileStore files, IVectorStore store, ITextEmbedder embedder, IngestCounts counts, IngestOptions options, ILogger<ChunkIndexer> log)
{
    private readonly RecordWriter _writer = new(store, log);

    public async Task<JobEnd> RunAsync(ChunkClaim claim, JobWindow window)
    {
        var cancellationToken = window.Token;
        var done = claim.Done;
        await using (var file = await files.OpenAsync(claim.FileKey, cancellationToken))
        {
            var batch = new List<ChunkRecord>();
            var characters = 0;
            await foreach (var (record, length) in ChunkFile.ReadAsync(file, cancellationToken).Skip(claim.Done))
            {
                batch.Add(record);
                characters += length;
                if (characters < options.BatchCharacters && done + batch.Count < claim.Records)
                {
                    continue;
                }

                done += batch.Count;
                if (!await SettleAsync(claim, window, done, batch))
                {
                    return JobEnd.Lost;
                }

                window.GotOn();
                (batch, characters) = ([], 0);
                if (window.Soft.IsCancellationRequested && done < claim.Records)
                {
                    return JobEnd.Interrupted;
                }
            }
        }

        await files.DeleteAsync(claim.FileKey, cancellationToken);
        return JobEnd.Finished;
    }

    /// <summary>Lists what is left of the chunk as errors: its tries are used up.</summary>
    public async Task GiveUpAsync(ChunkClaim claim, string reason, CancellationToken cancellationToken)
    {
        var errors = new List<RecordError>();
        try
        {
            await using var file = await files.OpenAsync(claim.FileKey, cancellationToken);
            await foreach (var (record, _) in ChunkFile.ReadAsync(file, cancellationToken).Skip(claim.Done))
            {
                errors.Add(new RecordError(record.Row, record.Id, reason));
            }
        }
        catch (FileNotFoundException)
        {
            errors.AddRange(Enumerable.Repeat(RecordError.OfUnknownRow($"The records of chunk {claim.Number} are gone. {reason}"), claim.Records - claim.Done));
        }

        await BookAsync(claim, claim.Records, succeeded: 0, errors, cancellationToken);
    }

    private async Task<bool> SettleAsync(ChunkClaim claim, JobWindow window, int done, List<ChunkRecord> batch)
    {
        var errors = new List<RecordError>();
        var changed = await EmbedAsync(claim.Task.Collection, batch, errors, window.Token);
        // From here on as a whole: were the task cancelled between writing and booking, what is indexed would be listed as not indexed.
        window.Token.ThrowIfCancellationRequested();
        var cancellationToken = window.End;
        var isLastTry = window.Attempt >= options.MostAttempts;
        errors.AddRange(isLastTry
            ? await _writer.WriteOneByOneAsync(claim.Task, changed, cancellationToken)
            : await _writer.WriteAsync(claim.Task, changed, cancellationToken));
        var failed = errors.Select(static error => error.Id).ToHashSet();
        await SurplusPieces.RemoveAsync(store, claim.Task.Collection, [.. batch.Where(record => !failed.Contains(record.Id))], cancellationToken);
        return await BookAsync(claim, done, batch.Count - errors.Count, errors, cancellationToken);
    }

    private async Task<bool> BookAsync(ChunkClaim claim, int done, int succeeded, List<RecordError> errors, CancellationToken cancellationToken)
    {
        var abort = claim.Task.Options.OnError == OnError.Abort && errors is [var first, ..] ? $"Row {first.Row}: {first.Reason}" : null;
        var booking = await ledger.CheckpointAsync(claim, new ChunkProgress(done, succeeded, errors, abort), cancellationToken);
        if (booking != Booking.Refused)
        {
            counts.Settled(succeeded, errors.Count);
        }

        return booking == Booking.GoesOn;
    }

    /// <returns>The records to write, each with its row. Those that are in the collection just so are left out.</returns>
    private async Task<List<(long Row, Record Record)>> EmbedAsync(
        string collection, List<ChunkRecord> batch, List<RecordError> errors, CancellationToken cancellationToken)
    {
        var existing = (await store.FindAsync(collection, [.. batch.Select(static record => record.Id)], cancellationToken))
            .ToDictionary(static record => record.Id);
        var changed = new List<(long, Record)>();
        var toEmbed = new List<(ChunkRecord Record, string Hash)>();
        foreach (var record in batch)
        {
            var hash = ContentHash.Of(embedder.Name, record.Text);
            var marked = record.PieceOf is null ? hash : hash + SurplusPieces.Mark;
            if (!existing.TryGetValue(record.Id, out var there) || SurplusPieces.Unmarked(there.ContentHash) != hash)
            {
                toEmbed.Add((record, marked));
            }
            else if (there.ContentHash != marked || !JsonNode.DeepEquals(there.Metadata, record.Metadata))
            {
                changed.Add((record.Row, there with { Metadata = record.Metadata, ContentHash = marked }));
            }
        }

        counts.Unchanged(batch.Count - toEmbed.Count);
        if (toEmbed.Count > 0)
        {
            var outcomes = await embedder.EmbedAsync([.. toEmbed.Select(static item => item.Record.Text)], cancellationToken);
            if (outcomes.FirstOrDefault(static outcome => outcome.RetryAfter is not null) is { RetryAfter: not null, Error: var own })
            {
                LogAway(own);
            }

            for (var i = 0; i < toEmbed.Count; i++)
            {
                var (record, hash) = toEmbed[i];
                if (outcomes[i].Vector is { } vector)
                {
                    changed.Add((record.Row, new Record(record.Id, record.Text, vector, record.Metadata) { ContentHash = hash }));
                }
                else
                {
                    errors.Add(new RecordError(record.Row, record.Id, outcomes[i].RetryAfter is null
                        ? outcomes[i].Error ?? "The embedder gave no vector and no reason."
                        : FailureReason.OfEmbedder));
                }
            }
        }

        return changed;
    }

    [LoggerMessage(LogLevel.Error, "Texts could not be embedded: {Reason}")]
    private partial void LogAway(string? reason);
}
