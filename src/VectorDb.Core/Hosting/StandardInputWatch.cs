using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VectorDb.Core.Hosting;

/// <summary>A supervisor holds our standard input open; when it dies, however it dies, the pipe ends and so do we.</summary>
internal sealed partial class StandardInputWatch(IHostApplicationLifetime lifetime, ILogger<StandardInputWatch> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A blocked read of standard input cannot be cancelled, so it gets a thread that no shutdown waits for.
        new Thread(Watch) { IsBackground = true, Name = "standard input" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        LogEnded();
        lifetime.StopApplication();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Standard input ended: the supervisor is gone, shutting down")]
    private partial void LogEnded();
}
