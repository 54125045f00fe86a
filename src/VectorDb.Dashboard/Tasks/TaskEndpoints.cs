using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Core.Tasks;
using VectorDb.Dashboard.Access;
using VectorDb.Dashboard.Layout;

namespace VectorDb.Dashboard.Tasks;

internal static class TaskEndpoints
{
    private const int ErrorsShown = 100;
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    public static void MapTasks(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tasks/{id}", ShowAsync);
        routes.MapGet("/tasks/{id}/errors", DownloadErrorsAsync);
        routes.MapPost("/tasks/{id}/cancel", CancelAsync).ValidateAntiforgery();
        routes.MapPost("/tasks/{id}/retry", RetryAsync).ValidateAntiforgery();
    }

    private static async Task<IResult> ShowAsync(
        string id, HttpContext context, Frames frames, ITaskLedger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        var frame = frames.For(context);
        if (await ledger.FindAsync(id, cancellationToken) is not { } task)
        {
            return Missing(frame, id);
        }

        var errors = await ledger.ErrorsAsync(id, cancellationToken).Take(ErrorsShown).ToListAsync(cancellationToken);
        return new RazorComponentResult<TaskPage>(new { Frame = frame, Task = task, Errors = (IReadOnlyList<RecordError>)errors, Now = time.GetUtcNow() });
    }

    private static async Task<IResult> DownloadErrorsAsync(
        string id, HttpContext context, Frames frames, ITaskLedger ledger, CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync(id, cancellationToken) is null)
        {
            return Missing(frames.For(context), id);
        }

        return Results.Stream(
            async body =>
            {
                await foreach (var error in ledger.ErrorsAsync(id, cancellationToken))
                {
                    await JsonSerializer.SerializeAsync(body, error, JsonSerializerOptions.Web, cancellationToken);
                    await body.WriteAsync(LineEnd, cancellationToken);
                }
            },
            "application/x-ndjson",
            $"errors-{id}.jsonl");
    }

    private static async Task<IResult> CancelAsync(string id, HttpContext context, ITaskLedger ledger, CancellationToken cancellationToken)
    {
        await ledger.CancelAsync(id, cancellationToken);
        return new SeeOther($"{Routes.Root(context)}/tasks/{Uri.EscapeDataString(id)}");
    }

    private static async Task<IResult> RetryAsync(
        string id, HttpContext context, ITaskLedger ledger, ITaskQueue queue, CancellationToken cancellationToken)
    {
        var retry = await ledger.RetryAsync(id, cancellationToken);
        if (retry is not null)
        {
            await queue.NudgeAsync(retry.Id, cancellationToken);
        }

        return new SeeOther($"{Routes.Root(context)}/tasks/{Uri.EscapeDataString(retry?.Id ?? id)}");
    }

    private static RazorComponentResult<Notice> Missing(Frame frame, string id) =>
        new(new { Frame = frame, Title = "No such task", Text = $"There is no task “{id}” here." }) { StatusCode = StatusCodes.Status404NotFound };
}
