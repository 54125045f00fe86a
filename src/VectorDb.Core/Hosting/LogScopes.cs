using Microsoft.Extensions.Logging;

namespace VectorDb.Core.Hosting;

/// <summary>Ids that every log line written inside carries as fields of their own.</summary>
public static class LogScopes
{
    public static IDisposable? BeginTask(this ILogger logger, string taskId) => logger.BeginScope(new LogField("taskId", taskId));

    public static IDisposable? BeginRequest(this ILogger logger, string requestId) => logger.BeginScope(new LogField("requestId", requestId));
}

internal sealed record LogField(string Name, string Value);
