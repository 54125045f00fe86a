using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace VectorDb.EndToEnd.Tests;

/// <summary>One run of <c>./build.sh</c>.</summary>
internal sealed partial class BuildRun : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _reading;
    private readonly long _start = Stopwatch.GetTimestamp();

    private BuildRun(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>Both streams, as far as they have come.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static BuildRun Start(string root, string home, params string[] arguments) => Start(root, home, new Dictionary<string, string>(), arguments);

    /// <param name="settings">Environment variables of the command.</param>
    public static BuildRun Start(string root, string home, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        // A test run that was started in the background ignores SIGINT, and so would its children for good.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(root, "build.sh"), .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["VECTORDB_HOME"] = home;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new BuildRun(Process.Start(start)!);
    }

    /// <summary>Waits until it has printed this.</summary>
    public Task SaysAsync(string text) => Eventually.ReturnsAsync(
        () => Task.FromResult(Output), output => output.Contains(text, StringComparison.Ordinal), $"the build says '{text}'", Limit);

    public void Signal(int signal) => Send(_process.Id, signal);

    /// <returns>The exit code, and how long it took since the start.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> EndAsync(TimeSpan? limit = null)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit ?? Limit, TestContext.Current.CancellationToken);
        var took = Stopwatch.GetElapsedTime(_start);
        await _reading.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        return (_process.ExitCode, took);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
            }
        }
    }
}
