using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace VectorDb.Build.Processes;

/// <summary>
/// Runs external programs so that none outlives the run: cancellation and time limits end a program with all its descendants.
/// A wrapper of a tool keeps Cake's shape (a settings record, a runner that turns it into a <see cref="Command"/>, results
/// parsed into records), but not Cake's <c>Tool&lt;TSettings&gt;</c>, which blocks a thread, knows no cancellation, no standard
/// input and no time limit. What still starts through Cake is covered by <see cref="CancellableProcessRunner"/>.
/// </summary>
public sealed class CommandRunner(TimeProvider time)
{
    // Descendants that keep an inherited pipe open (compiler servers, say) must not hold up the end of the program itself. What it has
    // left to read is read for as long as more comes: a busy machine must not cut a result short.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, Process> _running = new();

    /// <summary>Runs a program that must succeed.</summary>
    /// <exception cref="CommandFailedException">It could not be started, took too long, or its exit code is not 0.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the program has ended.</exception>
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellation)
    {
        var result = await TryAsync(command, cancellation);
        return result.Succeeded ? result : throw CommandFailedException.Of(command, result);
    }

    /// <summary>Runs a program whose exit code the caller judges.</summary>
    /// <exception cref="CommandFailedException">It could not be started or took too long.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the program has ended.</exception>
    public async Task<CommandResult> TryAsync(Command command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(command.Limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        using var process = Start(command);
        _running[process.Id] = process;
        var lines = 0;
        var (output, error) = (new StringBuilder(), new StringBuilder());
        try
        {
            var streams = command.Inherit
                ? Task.CompletedTask
                : Task.WhenAll(
                    ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, error), FeedAsync(process, command.Input));
            await process.WaitForExitAsync(stop.Token);
            await ReadTheRestAsync(streams, () => Volatile.Read(ref lines), cancellation);
            return new CommandResult(process.ExitCode, Text(output), Text(error));
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process, command.Grace);
            cancellation.ThrowIfCancellationRequested();
            throw CommandFailedException.Of(command, $"did not end within {command.Limit.TotalSeconds:0.#} s and was stopped", Text(output) + Text(error));
        }
        finally
        {
            _running.TryRemove(process.Id, out _);
        }

        async Task ReadAsync(StreamReader reader, StringBuilder text)
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            {
                lock (text)
                {
                    text.Append(line).Append('\n');
                }

                Interlocked.Increment(ref lines);
                command.OnLine?.Invoke(line);
            }
        }
    }

    /// <summary>Kills every program that still runs, for a process that leaves at once.</summary>
    public void KillAll()
    {
        foreach (var process in _running.Values)
        {
            Kill(process);
        }
    }

    private static Process Start(Command command)
    {
        var (program, arguments) = OwnSession.Of(command);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = command.WorkingDirectory ?? "",
            RedirectStandardInput = !command.Inherit,
            RedirectStandardOutput = !command.Inherit,
            RedirectStandardError = !command.Inherit,
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw new CommandFailedException(command, $"could not be started: {cause.Message}", "", cause);
        }
    }

    private static async Task FeedAsync(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its exit code tells.
        }
    }

    /// <summary>Until the pipes are closed, no line has come for a while, or a descendant goes on and on.</summary>
    private async Task ReadTheRestAsync(Task streams, Func<int> lines, CancellationToken cancellation)
    {
        var ended = time.GetTimestamp();
        for (var read = -1; !streams.IsCompleted && read != lines() && time.GetElapsedTime(ended) < LastOutput;)
        {
            read = lines();
            await Task.WhenAny(streams, Task.Delay(Quiet, time, cancellation));
        }
    }

    private async Task StopAsync(Process process, TimeSpan grace)
    {
        if (grace > TimeSpan.Zero && PosixSignal.Terminate(process))
        {
            using var patience = new CancellationTokenSource(grace, time);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Kill(process);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or AggregateException or Win32Exception)
        {
            // It ended by itself in the meantime.
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
