using Microsoft.AspNetCore.Http.HttpResults;

namespace VectorDb.Dashboard.Layout;

internal static partial class Failures
{
    /// <summary>A page that fails, as most do that need a ledger which is away, says why instead of staying empty.</summary>
    public static void UseFailurePage(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(app.Logger, exception, context.Request.Method, context.Request.Path);
            var frame = context.RequestServices.GetRequiredService<Frames>().For(context);
            var text = $"{exception.Message} The log of the dashboard has the rest, under the request id {context.TraceIdentifier}.";
            await new RazorComponentResult<Notice>(new { Frame = frame, Title = "This cannot be done now", Text = text })
            {
                StatusCode = StatusCodes.Status500InternalServerError,
            }.ExecuteAsync(context);
        }
    });

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger log, Exception exception, string method, string path);
}
