using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Queue;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest;

/// <summary>
/// Reads an upload once, from front to back, and books it chunk by chunk; each chunk is announced as soon as it is booked, so
/// that it is indexed while the next one is read.
/// </summary>
internal sealed class Splitter(
    ITaskLedger tasks, IChunkLedger ledger, IFileStore files, IChunkQueue queue, IVectorStore store, ITextEmbedder embedder,
    IngestCounts counts, IngestOptions options)
{
    private const int MostErrorsInChunk = 1_000;

    /// <exception cref="UnreadableFileException">Nothing of it can be indexed.</exception>
    public async Task<JobEnd> RunAsync(SplitClaim claim, JobWindow window)
    {
        var cancellationToken = window.Token;
        var task = claim.Task;
        await DemandFittingCollectionAsync(task, cancellationToken);
        var selection = task.RetryOf is { } earlier ? await RetrySelection.OfAsync(tasks, earlier, cancellationToken) : null;
        await using var file = await OpenAsync(task.FileKey, cancellationToken);
        var number = claim.ChunksBooked;
        var (isEmpty, seen) = (true, 0L);
        var draft = new ChunkDraft();
        await foreach (var outcome in UploadRecords.ReadAsync(file, task, cancellationToken))
        {
            isEmpty = false;
            if (selection?.Holds(outcome) == false || ++seen <= claim.OutcomesBooked)
            {
                continue;
            }

            draft.Add(outcome);
            var abort = task.Options.OnError == OnError.Abort && outcome.Error is { } error ? $"Row {error.Row}: {error.Reason}" : null;
            if (abort is not null || IsFull(draft))
            {
                if (!await BookAsync(claim, window, number, draft, abort))
                {
                    return JobEnd.Lost;
                }

                number += draft.Records > 0 ? 1 : 0;
                draft = new ChunkDraft();
                if (window.Soft.IsCancellationRequested)
                {
                    return JobEnd.Interrupted;
                }
            }
        }

        if (isEmpty)
        {
            throw new UnreadableFileException("The file holds no records.");
        }

        return (draft.IsEmpty || await BookAsync(claim, window, number, draft, abort: null))
            && await ledger.FinishSplitAsync(claim, cancellationToken) ? JobEnd.Finished : JobEnd.Lost;
    }

    private async Task<Stream> OpenAsync(string upload, CancellationToken cancellationToken)
    {
        try
        {
            return await files.OpenAsync(upload, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            throw new UnreadableFileException("The uploaded file is kept no longer; upload it again.");
        }
    }

    private bool IsFull(ChunkDraft draft) =>
        draft.Records >= options.ChunkRecords || draft.Bytes >= options.ChunkBytes || draft.Errors.Count >= MostErrorsInChunk;

    private async Task<bool> BookAsync(SplitClaim claim, JobWindow window, int number, ChunkDraft draft, string? abort)
    {
        var cancellationToken = window.Token;
        var taskId = claim.Task.Id;
        var key = FileKeys.Chunk(taskId, number);
        if (draft.Records > 0)
        {
            // First the file, then the book: a chunk that is booked can always be read.
            await using var content = draft.ToStream();
            await files.WriteAsync(key, content, cancellationToken);
        }

        var booking = await ledger.AddChunkAsync(claim, new NewChunk(number, key, draft.Records, draft.Errors, abort), cancellationToken);
        if (booking == Booking.Refused)
        {
            return false;
        }

        window.GotOn();
        counts.Settled(indexed: 0, draft.Errors.Count);
        if (draft.Records > 0)
        {
            await queue.EnqueueAsync(taskId, number, delay: null, cancellationToken);
        }

        return booking == Booking.GoesOn;
    }

    private async Task DemandFittingCollectionAsync(IngestTask task, CancellationToken cancellationToken)
    {
        try
        {
            var collection = await store.IdentifyAsync(task.Collection, cancellationToken);
            if (task.CollectionId is { } meant && collection.Id != meant)
            {
                throw CollectionNotFoundException.Replaced(task.Collection);
            }

            var spec = collection.Spec;
            if (spec.Dimension != embedder.Dimension)
            {
                throw new UnreadableFileException(
                    $"Collection '{spec.Name}' has dimension {spec.Dimension}, but the embedder {embedder.Name} makes vectors of {embedder.Dimension}.");
            }
        }
        catch (CollectionNotFoundException exception)
        {
            throw new UnreadableFileException(exception.Message);
        }
    }
}
