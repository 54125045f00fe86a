using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace VectorDb.Api.Tests;

/// <summary>The API as a supervisor or a container engine sees it.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed partial class ProcessTests : IDisposable
{
    private const int Terminate = 15;
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private readonly List<string> _output = [];
    private Process? _process;

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Told_to_terminate_it_finishes_the_upload_in_flight_and_exits_0()
    {
        using var http = await StartAsync();
        using var made = await http.PostAsync(new Uri("/api/v1/collections", UriKind.Relative), Json("""{"name":"c"}"""), TestContext.Current.CancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);
        await WriteAsync(client, "POST /api/v1/collections/c/uploads HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 20\r\n\r\nid,text\n1");
        await Eventually.TrueAsync(() => Directory.EnumerateFiles(_folder.Path, "*.unfinished", SearchOption.AllDirectories).Any(), "the upload begins");

        Assert.Equal(0, Kill(_process!.Id, Terminate));
        await Eventually.TrueAsync(async () => !await AcceptsAsync(), "no new connection is accepted");
        await WriteAsync(client, ",hello rest\n");
        using var reader = new StreamReader(client.GetStream());
        var status = await reader.ReadLineAsync(TestContext.Current.CancellationToken);

        Assert.Equal("HTTP/1.1 202 Accepted", status);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _process.ExitCode);
    }

    [Fact]
    public async Task Supervised_it_ends_by_itself_when_its_standard_input_does()
    {
        using var http = await StartAsync(("VECTORDB_SUPERVISED", "1"));

        _process!.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, _process.ExitCode);
    }

    [Fact]
    public async Task Every_line_it_logs_is_a_JSON_object_and_a_request_has_its_id_on_each()
    {
        using var http = await StartAsync();
        http.DefaultRequestHeaders.Add("X-Request-Id", "my-upload-1");
        using var made = await http.PostAsync(new Uri("/api/v1/collections", UriKind.Relative), Json("""{"name":"c"}"""), TestContext.Current.CancellationToken);
        using var content = new StringContent("id,text\n1,a\n", Encoding.UTF8, "text/csv");
        using var uploaded = await http.PostAsync(new Uri("/api/v1/collections/c/uploads", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var taskId = JsonDocument.Parse(await uploaded.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("taskId").GetString();

        var line = await Eventually.ReturnsAsync(
            () => Task.FromResult(Lines().Select(static text => JsonDocument.Parse(text).RootElement).FirstOrDefault(static json => json.TryGetProperty("taskId", out _))),
            static json => json.ValueKind == JsonValueKind.Object,
            "the upload is logged");

        Assert.Equal("my-upload-1", line.GetProperty("requestId").GetString());
        Assert.Equal(taskId, line.GetProperty("taskId").GetString());
        Assert.Contains(Lines(), static text => text.Contains("Authentication is off", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0123456789abcdef", "0123456789abcdef")]
    [InlineData("", null)]
    public async Task It_says_at_start_and_in_health_from_which_commit_it_was_built_when_it_was_told(string given, string? said)
    {
        using var http = await StartAsync(("VECTORDB_RELEASE", "r1"), ("VECTORDB_COMMIT", given));

        var health = JsonDocument.Parse(await http.GetStringAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).RootElement;
        var line = await Eventually.ReturnsAsync(
            () => Task.FromResult(Lines().Select(static text => JsonDocument.Parse(text).RootElement).FirstOrDefault(static json => json.TryGetProperty("release", out _))),
            static json => json.ValueKind == JsonValueKind.Object,
            "the release is logged");

        Assert.Equal(said, health.GetProperty("commit").GetString());
        Assert.Equal(("r1", said), (line.GetProperty("release").GetString(), line.GetProperty("commit").GetString()));
    }

    [Fact]
    public async Task Probe_mode_tells_health_by_the_exit_code()
    {
        using var http = await StartAsync();

        using var healthy = Run(["probe"]);
        using var missing = Run(["probe", $"http://127.0.0.1:{FreePort.Next()}/health"]);
        await healthy.WaitForExitAsync(TestContext.Current.CancellationToken);
        await missing.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, 1), (healthy.ExitCode, missing.ExitCode));
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_ends_it_with_78_and_the_setting_on_standard_error()
    {
        using var process = Run([], ("VECTORDB_ENVIRONMENT", "production"));
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(78, process.ExitCode);
        Assert.Contains("VECTORDB_AUTH", error);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static Task WriteAsync(TcpClient client, string text) =>
        client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    private async Task<bool> AcceptsAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<HttpClient> StartAsync(params (string Name, string Value)[] environment)
    {
        _process = Run([], environment);
        _process.OutputDataReceived += (_, line) =>
        {
            lock (_output)
            {
                _output.Add(line.Data ?? "");
            }
        };
        _process.BeginOutputReadLine();
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        await Eventually.TrueAsync(AcceptsAsync, "the API listens");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        return http;
    }

    private Process Run(string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "VectorDb.Api.dll"), .. args])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_port}";
        start.Environment["VECTORDB_DATA"] = _folder.Path;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private List<string> Lines()
    {
        lock (_output)
        {
            return [.. _output.Where(static line => line.Length > 0)];
        }
    }
}
