using System.Text.Json;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Platform;

/// <summary>The host's own log: one JSON document a line.</summary>
internal sealed class FileLoggerProvider(RotatingLog file, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new FileLogger(categoryName, file, time);

    public void Dispose()
    {
        // The file belongs to whoever made it.
    }

    private sealed class FileLogger(string category, RotatingLog file, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            file.Append(JsonSerializer.Serialize(new
            {
                time = time.GetUtcNow(),
                level = logLevel.ToString(),
                pid = Environment.ProcessId,
                category,
                message = formatter(state, exception),
                exception = exception?.ToString(),
            }));
    }
}
