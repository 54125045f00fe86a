using System.Diagnostics;
using System.Net.Sockets;

namespace VectorDb.Build.Tests.Nginx;

/// <summary>A real nginx with the configuration of <c>nginx/</c>; only ports, names of upstreams and folders are the test's own.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly List<string> _errors = [];

    private Proxy(int port, string environment, string api, string dashboard, string resolver)
    {
        Url = new Uri($"http://127.0.0.1:{port}");
        Copy("proxy.conf");
        Copy("headers.conf");
        Copy("sites-enabled/vectordb-api.conf",
            ("listen 8080", $"listen 127.0.0.1:{port}"), ("server api:8080", $"server {api}"), ("dashboard:8080", dashboard), ("resolver 127.0.0.11", $"resolver {resolver}"));
        Copy("nginx.conf", ("include mime.types", "include /etc/nginx/mime.types"), ("/tmp/", _folder.Path + "/"), ("/dev/stdout", LogFile));
        Write("environment/environment.conf", environment);
        var start = new ProcessStartInfo(
            RequiredTool.Find("nginx"), ["-p", _folder.Path, "-c", _folder.File("nginx.conf"), "-e", "stderr", "-g", "daemon off; user root;"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.Add(line.Data ?? "");
            }
        };
        _process.BeginErrorReadLine();
    }

    public static string DefaultEnvironment => File.ReadAllText(Path.Combine(Repository.Root, "nginx/environment/environment.conf"));

    public Uri Url { get; }

    public string LogFile => _folder.File("access.log");

    /// <summary>What nginx has complained about so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return string.Join('\n', _errors);
            }
        }
    }

    /// <param name="environment">The release's own part; null for the one in the image.</param>
    /// <param name="resolver">Address of a name server.</param>
    public static async Task<Proxy> StartAsync(Backend backend, string? environment = null, string? dashboard = null, string resolver = "127.0.0.1:1")
    {
        var proxy = new Proxy(FreePort.Next(), environment ?? DefaultEnvironment, backend.Address, dashboard ?? backend.Address, resolver);
        await Eventually.TrueAsync(() => proxy.ListensAsync(), "nginx listens");
        return proxy;
    }

    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url };

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        Assert.False(_process.HasExited, Errors);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Url.Host, Url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Copy(string name, params (string Original, string InTest)[] changes)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "nginx", name));
        foreach (var (original, inTest) in changes)
        {
            Assert.Contains(original, text);
            text = text.Replace(original, inTest, StringComparison.Ordinal);
        }

        Write(name, text);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllText(_folder.File(name), text);
    }
}
