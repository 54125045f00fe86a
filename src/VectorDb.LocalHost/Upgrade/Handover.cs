using System.Diagnostics;
using VectorDb.LocalHost.Control;
using VectorDb.LocalHost.Queue;
using VectorDb.LocalHost.Releases;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Upgrade;

/// <summary>
/// The old host's side of an upgrade. The new host shares the listening sockets and the lock, takes over the queue, starts
/// its own processes of the active release beside those here, and then accepts connections. Until that moment nothing has
/// changed for a client, and a failure changes nothing at all.
/// </summary>
internal sealed class Handover(HostArguments options, Inheritance inheritance, QueueServer queue, ILogger<Handover> log)
{
    private const string Assembly = "VectorDb.LocalHost.dll";

    private static readonly TimeSpan LoadLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AcceptLimit = TimeSpan.FromSeconds(15);

    /// <param name="cancellationToken">Without effect once the new host has been told to accept: it may then have taken requests.</param>
    /// <returns>The new host, which accepts connections.</returns>
    /// <exception cref="ControlException">It does not; everything is as it was.</exception>
    public async Task<Successor> RunAsync(UpgradeCommand command, CancellationToken cancellationToken)
    {
        var assembly = Path.Combine(command.Directory, Assembly);
        if (!File.Exists(assembly))
        {
            throw ControlException.Conflict($"There is no {assembly}");
        }

        var next = new Successor(Start(assembly, command.Content));
        log.LogInformation("Handing over to process {Pid} of {Directory}", next.Pid, command.Directory);
        var handshake = next.Handshake;
        try
        {
            await handshake.HearAsync(Handshake.Loaded, LoadLimit, cancellationToken);
            queue.Dispose();
            await handshake.SayAsync(Handshake.Queue, cancellationToken);
            await handshake.HearAsync(Handshake.Ready, ReadyLimit, cancellationToken);
            await handshake.SayAsync(Handshake.Accept, CancellationToken.None);
            await handshake.HearAsync(Handshake.Accepting, AcceptLimit, CancellationToken.None);
            return next;
        }
        catch (Exception exception) when (exception is HandshakeException or IOException or OperationCanceledException)
        {
            log.LogError(exception, "The upgrade failed; this host carries on");
            await next.KillAsync();
            next.Dispose();
            if (!queue.IsRunning)
            {
                await queue.StartAsync(CancellationToken.None);
            }

            throw ControlException.Conflict($"The new host did not become ready: {exception.Message}");
        }
    }

    private Process Start(string assembly, string content)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [assembly, .. (options with { Content = content }).ToArguments()])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Action close = static () => { };
        return ServiceProcess.Fork(start, before: () => close = inheritance.PassOn(start.Environment), after: () => close());
    }
}
