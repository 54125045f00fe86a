using Microsoft.AspNetCore.Http.HttpResults;

namespace VectorDb.Api.Uploads;

/// <param name="TaskId">Follow it at <c>/api/v1/tasks/{taskId}</c>.</param>
internal sealed record UploadAccepted(string TaskId)
{
    public static Accepted<UploadAccepted> Response(string taskId) =>
        TypedResults.Accepted($"/api/v1/tasks/{taskId}", new UploadAccepted(taskId));
}
