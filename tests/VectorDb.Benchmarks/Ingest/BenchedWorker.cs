using System.Diagnostics;
using System.Globalization;
using VectorDb.Testing;

namespace VectorDb.Benchmarks.Ingest;

/// <summary>The worker as it is deployed, watched from outside.</summary>
internal sealed class BenchedWorker : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private BenchedWorker(Process process) => _process = process;

    public static async Task<BenchedWorker> StartAsync(IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "VectorDb.Worker.dll")]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = url;
        var worker = new BenchedWorker(Process.Start(start)!);
        worker._process.OutputDataReceived += static (_, line) =>
        {
            if (line.Data?.Contains("\"level\":\"info\"", StringComparison.Ordinal) == false)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        worker._process.BeginOutputReadLine();
        using var http = new HttpClient();
        var watch = Stopwatch.StartNew();
        while (!await IsHealthyAsync(http, url, cancellationToken))
        {
            if (watch.Elapsed > StartLimit || worker._process.HasExited)
            {
                throw new InvalidOperationException("The worker does not start.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        return worker;
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <returns>The most physical memory it ever held, as the kernel counts it.</returns>
    public long PeakBytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(url + "/health"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
