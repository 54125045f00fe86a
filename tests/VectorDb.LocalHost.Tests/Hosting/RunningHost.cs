using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using VectorDb.LocalHost.Control;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Tests.Hosting;

/// <summary>The real host as a process of its own, and a client of its control socket and of its gateway.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    public static readonly string Binaries = AppContext.BaseDirectory.TrimEnd('/');

    public static readonly string Assembly = Path.Combine(Binaries, "VectorDb.LocalHost.dll");

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly TestHome _home;
    private readonly Process _process;
    private readonly HttpClient _control;

    private RunningHost(TestHome home, Process process)
    {
        _home = home;
        _process = process;
        _control = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.Zero })
        {
            BaseAddress = new Uri("http://host"),
        };
        Client = new HttpClient();
    }

    public HttpClient Client { get; }

    public int Port { get; private set; }

    /// <summary>Of the host that holds the home now, which after an upgrade is not the process that was started.</summary>
    public int Pid => Description?.Pid ?? _process.Id;

    public Process Process => _process;

    private HostDescription? Description => AtomicFile.ReadJson<HostDescription>(_home.File("run", "host.json"));

    public static Process Launch(params string[] arguments) => Launch(arguments, environment: null);

    public static Process Launch(IEnumerable<string> arguments, (string Name, string Value)? environment)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["VECTORDB_EMBEDDER"] = "of the shell";
        if (environment is var (name, value))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static async Task<RunningHost> StartAsync(TestHome home, int drain = 30, int start = 30, int standby = 600, int port = 0, (string Name, string Value)? environment = null)
    {
        var host = new RunningHost(home, Launch(["--home", home.Home, "--port", $"{port}", "--drain", $"{drain}", "--start", $"{start}", "--standby", $"{standby}"], environment));
        await Eventually.TrueAsync(
            () => host._process.HasExited ? throw new InvalidOperationException(host._process.StandardError.ReadToEnd()) : host.Description?.Pid == host._process.Id,
            "the host serves");
        host.Port = host.Description!.Port;
        host.Client.BaseAddress = new Uri($"http://127.0.0.1:{host.Port}");
        return host;
    }

    public async Task<HostStatus> StatusAsync() => (await _control.GetFromJsonAsync<HostStatus>("/status", Json, TestContext.Current.CancellationToken))!;

    public async Task<ServiceStatus> ServiceAsync(string release, string name) =>
        (await StatusAsync()).Releases.Single(one => one.Id == release).Services.Single(one => one.Name == name);

    public Task<HttpResponseMessage> StartReleaseAsync(string id, params (string Name, string Value)[] environment) =>
        _control.PostAsJsonAsync(
            $"/releases/{id}/start",
            new StartCommand(_home.Release(id), environment.ToDictionary(static one => one.Name, static one => one.Value, StringComparer.Ordinal)),
            TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null) => PostUntilAsync(TestContext.Current.CancellationToken, path, body);

    /// <param name="gone">The caller, who waits no longer.</param>
    [SuppressMessage("Design", "CA1068", Justification = "It is what the call is about.")]
    public Task<HttpResponseMessage> PostUntilAsync(CancellationToken gone, string path, object? body = null) => _control.PostAsJsonAsync(path, body ?? new object(), gone);

    public async Task DeployAsync(string id)
    {
        (await StartReleaseAsync(id)).EnsureSuccessStatusCode();
        (await PostAsync($"/releases/{id}/activate")).EnsureSuccessStatusCode();
    }

    /// <summary>Ends the host at once; what it started sees its standard input close.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(Pid);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public Task<string> GetAsync(string path) => Client.GetStringAsync(path, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        var status = await Record.ExceptionAsync(async () =>
        {
            await _control.PostAsync("/stop", content: null, CancellationToken.None);
            await Eventually.TrueAsync(() => !File.Exists(_home.File("run", "control.sock")), "the host stops");
        });
        if (status is not null && !_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _control.Dispose();
        Client.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var shortcut = new TemporaryFolder();
        Directory.CreateSymbolicLink(shortcut.File("run"), _home.File("run"));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(shortcut.File("run", "control.sock")), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            File.Delete(shortcut.File("run"));
        }
    }
}
