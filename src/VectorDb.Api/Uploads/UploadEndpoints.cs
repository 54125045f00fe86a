using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Api.Access;
using VectorDb.Api.Documentation;
using VectorDb.Api.Json;
using VectorDb.Api.Limits;
using VectorDb.Api.Problems;
using VectorDb.Core.Collections;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Files;
using VectorDb.Core.Hosting;
using VectorDb.Core.Security;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Uploads;

internal static partial class UploadEndpoints
{
    private const int LongestKey = 255;

    public static void MapUploads(this RouteGroupBuilder api, ApplicationSettings settings) =>
        api.MapPost("/collections/{collection}/uploads", UploadAsync).Needs(Scope.Write).AsUpload(settings).WithTags("Uploads")
            .WithSummary("Upload a file of records")
            .WithDescription(
                "CSV, JSON lines or plain text, plain or gzip, as multipart/form-data or as the raw body. "
                + "Options are query or form fields, before or after the file.")
            .Describes("idColumn", "Column of the record id; without it a column named id, else rows are numbered.")
            .Describes("textColumn", "Column of the text, repeatable; several are joined by a blank line. Without it a column named text, or the only one.")
            .Describes("metadataColumns", "Columns of the metadata, comma separated; without it all others.")
            .Describes("delimiter", @"Of a CSV file, one character or \t; without it the file is asked.")
            .Describes("chunkSize", "Characters of text a record holds at most; without it texts are not split.", ParameterDescriptions.Integer(1))
            .Describes("chunkOverlap", "Characters that neighbouring pieces share, at most half of chunkSize.", ParameterDescriptions.Integer(0))
            .Describes("onError", "Whether a bad record fails alone or fails the task.", ParameterDescriptions.OneOf("continue", "abort"))
            .Describes("format", "Told from the name and the first bytes when auto.", ParameterDescriptions.OneOf("auto", "csv", "jsonl", "text"))
            .DescribesHeader("Idempotency-Key", "The same upload sent again with it returns the task made first.")
            .Accepts<IFormFile>("multipart/form-data", UploadReceiver.RawTypes).Fails(400, 404, 413, 415, 422, 507);

    private static async Task<Accepted<UploadAccepted>> UploadAsync(
        string collection, HttpRequest request, IVectorStore store, ITextEmbedder embedder, IFileStore files, ITaskLedger ledger, ITaskQueue queue,
        TimeProvider time, ILogger<UploadReceiver> log, CancellationToken cancellationToken)
    {
        var target = await store.IdentifyAsync(collection, cancellationToken);
        DemandFitting(target.Spec, embedder);
        var key = IdempotencyKey(request);
        var taskId = TaskIds.New(time);
        using var scope = log.BeginTask(taskId);
        var form = new UploadForm(request.Query);
        var file = await new UploadReceiver(files).StoreAsync(request, taskId, form, cancellationToken);
        var task = await BookAsync(new NewTask(taskId, collection, file.Key, form.Read(), key, ContentHash(file, form.Read())) { CollectionId = target.Id });
        LogAccepted(log, task.Id, collection, file.Bytes);
        if (!await queue.NudgeAsync(task.Id, cancellationToken))
        {
            LogQueueAway(log, task.Id);
        }

        return UploadAccepted.Response(task.Id);

        async Task<IngestTask> BookAsync(NewTask wanted)
        {
            var isBooked = false;
            try
            {
                var booked = await ledger.CreateAsync(wanted, cancellationToken);
                isBooked = booked.Id == taskId;
                return booked;
            }
            finally
            {
                // A failure or the end of the request may have come after the commit: only the ledger knows whether the file is needed.
                if (!isBooked && await ledger.FindAsync(taskId, CancellationToken.None) is null)
                {
                    await files.DeleteAsync(file.Key, CancellationToken.None);
                }
            }
        }
    }

    /// <exception cref="RequestException">No record of any file could be embedded into it.</exception>
    private static void DemandFitting(CollectionSpec spec, ITextEmbedder embedder)
    {
        if (embedder.Dimension != spec.Dimension)
        {
            throw RequestException.Invalid(
                "file",
                $"cannot be embedded: {embedder.Name} makes {embedder.Dimension} numbers, the collection has dimension {spec.Dimension}; send records with vectors");
        }
    }

    private static string? IdempotencyKey(HttpRequest request)
    {
        var key = request.Headers["Idempotency-Key"].ToString();
        return key.Length == 0 ? null
            : key.Length <= LongestKey && !key.AsSpan().ContainsAnyExceptInRange(' ', '~') ? key
            : throw RequestException.Invalid("Idempotency-Key", $"must be 1 to {LongestKey} printable ASCII characters");
    }

    /// <summary>The same file with the same options, and only that, has the same hash.</summary>
    private static string ContentHash(StoredFile file, UploadOptions options) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{file.Sha256}\n{JsonSerializer.Serialize(options, ApiJson.Default.UploadOptions)}")));

    [LoggerMessage(Level = LogLevel.Information, Message = "Upload accepted as task {TaskId} into {Collection}, {Bytes} bytes")]
    private static partial void LogAccepted(ILogger log, string taskId, string collection, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue is away; task {TaskId} waits in the ledger")]
    private static partial void LogQueueAway(ILogger log, string taskId);
}
