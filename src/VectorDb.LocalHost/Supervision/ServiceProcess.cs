using System.Diagnostics;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Supervision;

/// <summary>One run of a service: a process, its output on file, and its end.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int TailLength = 40;

    // Whatever a process inherits by accident while it is forked stays open in it, so one process starts at a time.
    private static readonly Lock Forking = new();

    private readonly Process _process;
    private readonly ProcessRegister _register;
    private readonly ProcessIdentity _identity;
    private readonly Action<string> _log;
    private readonly Queue<string> _tail = new(TailLength);
    private readonly Task _output;
    private readonly Task _exit;

    private ServiceProcess(Process process, ProcessRegister register, Action<string> log)
    {
        _process = process;
        _register = register;
        _identity = ProcessIdentity.Of(process);
        _log = log;
        _register.Add(_identity);
        _exit = process.WaitForExitAsync(CancellationToken.None);
        _output = Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
    }

    public int Pid => _identity.Pid;

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _exit.IsCompleted;

    public long MemoryBytes
    {
        get
        {
            try
            {
                _process.Refresh();
                return HasExited ? 0 : _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>What it printed last.</summary>
    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (_tail)
            {
                return [.. _tail];
            }
        }
    }

    /// <param name="environment">The whole environment of the process.</param>
    /// <param name="log">Takes each line that it prints.</param>
    public static ServiceProcess Start(
        string assembly, IReadOnlyDictionary<string, string> environment, ProcessRegister register, Action<string> log)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [assembly])
        {
            WorkingDirectory = Path.GetDirectoryName(assembly),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Fork(start);
        try
        {
            return new ServiceProcess(process, register, log);
        }
        catch
        {
            // Nobody would watch it, nor end it.
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Starts a process while no other is being started.</summary>
    public static Process Fork(ProcessStartInfo start, Action? before = null, Action? after = null)
    {
        lock (Forking)
        {
            before?.Invoke();
            try
            {
                return Process.Start(start)!;
            }
            finally
            {
                after?.Invoke();
            }
        }
    }

    /// <summary>Once it has ended: what it printed last may still be on the way. Something that it started may hold its output open for ever.</summary>
    public Task WaitForOutputAsync() => Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _exit.WaitAsync(cancellationToken);

    /// <summary>Asks it to end, then makes it, with everything that it started.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!HasExited)
        {
            Posix.SendTerminate(Pid);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(grace);
            try
            {
                await _exit.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _log($"did not end within {grace.TotalSeconds:0} s of SIGTERM: killed");
                _process.Kill(entireProcessTree: true);
                await _exit;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None);
        await WaitForOutputAsync();
        _register.Remove(_identity);
        _process.Dispose();
    }

    private async Task CopyAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lock (_tail)
                {
                    if (_tail.Count == TailLength)
                    {
                        _tail.Dequeue();
                    }

                    _tail.Enqueue(line);
                }

                _log(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process has been disposed of while something that it started still held its output.
        }
    }
}
