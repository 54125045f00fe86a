using System.Diagnostics;
using System.Globalization;
using VectorDb.Testing;

namespace VectorDb.Benchmarks;

/// <summary>The worker or the API as it is deployed, watched from outside.</summary>
internal sealed class BenchedProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private BenchedProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <param name="program">Its assembly: <c>VectorDb.Worker.dll</c>.</param>
    /// <param name="environment">Its settings.</param>
    public static async Task<BenchedProcess> StartAsync(
        string program, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program)]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = url;
        var service = new BenchedProcess(Process.Start(start)!, new Uri(url));
        service._process.OutputDataReceived += static (_, line) =>
        {
            if (line.Data?.Contains("\"level\":\"info\"", StringComparison.Ordinal) == false)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        service._process.BeginOutputReadLine();
        using var http = new HttpClient();
        var watch = Stopwatch.StartNew();
        while (!await IsHealthyAsync(http, url, cancellationToken))
        {
            if (watch.Elapsed > StartLimit || service._process.HasExited)
            {
                throw new InvalidOperationException($"{program} does not start.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        return service;
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
