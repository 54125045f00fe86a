using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// A program that runs as long as the site. Ctrl+C does not reach it, because a run that is stopped still needs it, and it never
/// outlives this process, not even one that is killed (<c>keeper.py</c> sees to that).
/// </summary>
internal sealed class KeptProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task<CommandResult> _run;

    private KeptProgram(CommandRunner commands, Command command)
    {
        _run = commands.RunAsync(command, _stop.Token);
    }

    /// <param name="commands">Runs it.</param>
    /// <param name="repositoryRoot">Where the keeper is.</param>
    /// <param name="lockFile">Locked as long as it runs.</param>
    /// <param name="command">What to run.</param>
    /// <param name="isReady">Whether it can be used; asked until it says so.</param>
    /// <param name="time">Paces the questions.</param>
    /// <param name="cancellation">Ends the start alone.</param>
    /// <exception cref="CommandFailedException">It ended instead; with its last lines.</exception>
    public static async Task<KeptProgram> StartAsync(
        CommandRunner commands, string repositoryRoot, string lockFile, Command command, Func<CancellationToken, Task<bool>> isReady, TimeProvider time, CancellationToken cancellation)
    {
        var keeper = Path.Combine(repositoryRoot, "build", "Environments", "Rehearsal", "Site", "keeper.py");
        var program = new KeptProgram(
            commands, command with { Program = "python3", Arguments = ["-IS", keeper, lockFile, command.Program, .. command.Arguments], Grace = StopLimit });
        try
        {
            await program.ReadyAsync(command, isReady, time, cancellation);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (Exception ended) when (ended is OperationCanceledException or CommandFailedException)
        {
            // It has no other end than this one, or it has said why in its start.
        }

        _stop.Dispose();
    }

    private async Task ReadyAsync(Command command, Func<CancellationToken, Task<bool>> isReady, TimeProvider time, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (!await isReady(cancellation))
        {
            if (_run.IsCompleted)
            {
                var result = await _run;
                throw new CommandFailedException(command, "ended while it was to run", result.Output + result.Error);
            }

            if (time.GetElapsedTime(start) > StartLimit)
            {
                throw new CommandFailedException(command, $"was not ready within {StartLimit.TotalSeconds:0} s", "");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }
}
