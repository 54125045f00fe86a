using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Api.Access;
using VectorDb.Api.Documentation;
using VectorDb.Api.Json;
using VectorDb.Api.Limits;
using VectorDb.Api.Problems;
using VectorDb.Api.Uploads;
using VectorDb.Core.Security;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Tasks;

internal static class TaskEndpoints
{
    private const string JsonLines = "application/x-ndjson";

    public static void MapTasks(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/tasks").WithTags("Tasks");
        group.MapGet("", ListAsync).Needs(Scope.Read).WithSummary("List tasks, newest first").DescribesPages()
            .Describes("collection", "Only tasks of this collection.").Fails(400);
        group.MapGet("/{taskId}", GetAsync).Needs(Scope.Read).WithSummary("Get a task").Fails(404);
        group.MapGet("/{taskId}/errors", ErrorsAsync).Needs(Scope.Read).WithSummary("Download the records that failed, one JSON object a line")
            .Produces<RecordErrorView>(StatusCodes.Status200OK, JsonLines).Fails(404).AsDownload();
        group.MapPost("/{taskId}/cancel", CancelAsync).Needs(Scope.Write).WithSummary("Cancel a task")
            .WithDescription("It ends at once. What is indexed stays; records that were read and are not indexed are listed as failed within moments.").Fails(404, 409);
        group.MapPost("/{taskId}/retry", RetryAsync).Needs(Scope.Write).WithSummary("Repeat the failed records of a task as a new task")
            .WithDescription("Where the task was aborted or cancelled before it had read its whole file, or could not read it, the records it did not come to as well.").Fails(404, 409);
    }

    private static async Task<Ok<ListView<TaskView>>> ListAsync(
        string? limit, string? cursor, string? collection, ITaskLedger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        Page<IngestTask> page;
        try
        {
            page = await ledger.ListAsync(Paging.Limit(limit), cursor is "" ? null : cursor, collection, cancellationToken);
        }
        catch (FormatException exception)
        {
            throw RequestException.Invalid("cursor", exception.Message);
        }

        var now = time.GetUtcNow();
        return TypedResults.Ok(new ListView<TaskView>([.. page.Items.Select(task => TaskView.Of(task, now))], page.NextCursor));
    }

    private static async Task<Ok<TaskView>> GetAsync(string taskId, ITaskLedger ledger, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(TaskView.Of(await FindAsync(ledger, taskId, cancellationToken), time.GetUtcNow()));

    private static async Task ErrorsAsync(string taskId, HttpResponse response, ITaskLedger ledger, CancellationToken cancellationToken)
    {
        await FindAsync(ledger, taskId, cancellationToken);
        response.ContentType = JsonLines;
        await foreach (var error in ledger.ErrorsAsync(taskId, cancellationToken))
        {
            await JsonSerializer.SerializeAsync(
                response.BodyWriter, new RecordErrorView(error.Row, error.Id, error.Reason), ApiJson.Default.RecordErrorView, cancellationToken);
            response.BodyWriter.Write("\n"u8);
        }
    }

    private static async Task<Ok<TaskView>> CancelAsync(string taskId, ITaskLedger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        await FindAsync(ledger, taskId, cancellationToken);
        var cancelled = await ledger.CancelAsync(taskId, cancellationToken);
        var task = await FindAsync(ledger, taskId, cancellationToken);
        return cancelled || task.State == TaskState.Cancelled
            ? TypedResults.Ok(TaskView.Of(task, time.GetUtcNow()))
            : throw new RequestException(StatusCodes.Status409Conflict, "The task has ended already.");
    }

    private static async Task<Accepted<UploadAccepted>> RetryAsync(
        string taskId, ITaskLedger ledger, ITaskQueue queue, CancellationToken cancellationToken)
    {
        var task = await FindAsync(ledger, taskId, cancellationToken);
        var again = await ledger.RetryAsync(taskId, cancellationToken) ?? throw new RequestException(
            StatusCodes.Status409Conflict,
            !task.HasEnded ? "The task has not ended yet; wait for it or cancel it."
            : task.Total > task.Succeeded + task.Failed ? "The last records of the task are still being listed as failed; try again in a moment."
            : "No record of the task failed.");
        await queue.NudgeAsync(again.Id, cancellationToken);
        return UploadAccepted.Response(again.Id);
    }

    private static async Task<IngestTask> FindAsync(ITaskLedger ledger, string taskId, CancellationToken cancellationToken) =>
        await ledger.FindAsync(taskId, cancellationToken)
        ?? throw new RequestException(StatusCodes.Status404NotFound, $"There is no task '{taskId}'.");
}
