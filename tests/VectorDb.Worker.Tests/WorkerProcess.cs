using System.Collections.Concurrent;
using System.Diagnostics;

namespace VectorDb.Worker.Tests;

/// <summary>The worker as it is deployed: a process of its own, told everything by its environment.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new();
    private readonly Process _process;
    private readonly Uri _url;
    private ITestOutputHelper? _output;

    private WorkerProcess(Process process, Uri url) => (_process, _url) = (process, url);

    public ConcurrentQueue<string> Log { get; } = new();

    public static async Task<WorkerProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "VectorDb.Worker.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = url.ToString();
        var worker = new WorkerProcess(Process.Start(start)!, url);
        worker._process.OutputDataReceived += (_, line) => worker.Log.Enqueue(line.Data ?? "");
        worker._process.ErrorDataReceived += (_, line) => worker.Log.Enqueue(line.Data ?? "");
        worker._output = TestContext.Current.TestOutputHelper;
        worker._process.BeginOutputReadLine();
        worker._process.BeginErrorReadLine();
        await Eventually.TrueAsync(worker.IsHealthyAsync, "the worker answers health", StartLimit);
        return worker;
    }

    public Task<string> HealthAsync() => Http.GetStringAsync(new Uri(_url, "/health"), TestContext.Current.CancellationToken);

    public Task<string> MetricsAsync() => Http.GetStringAsync(new Uri(_url, "/metrics"), TestContext.Current.CancellationToken);

    /// <summary>What <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <returns>The exit code after a SIGTERM.</returns>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", [$"-{SigTerm}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited)
        {
            _output?.WriteLine($"the worker had ended with {_process.ExitCode}");
        }
        else
        {
            await KillAsync();
        }

        // What a failed test shows: the complaints, without the daily business.
        foreach (var line in Log.Where(static line => !line.Contains("\"level\":\"info\"", StringComparison.Ordinal)))
        {
            _output?.WriteLine(line);
        }

        _process.Dispose();
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.False(_process.HasExited, $"the worker ended: {string.Join('\n', Log)}");
        try
        {
            using var answer = await Http.GetAsync(new Uri(_url, "/health"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
