using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ServiceManagerTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_units_are_valid_and_well_confined()
    {
        var analyze = RequiredTool.Find("systemd-analyze");
        var scripts = typeof(ServiceManagerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "Scripts").Value!;
        var units = new[] { "vectordb.service", "vectordb.socket" }.Select(name => Path.Combine(scripts, name)).ToList();
        Assert.Equal("", await RunAsync(analyze, ["verify", .. units]));
        var exposure = await RunAsync(analyze, ["security", "--offline=yes", "--threshold=25", units[0]]);
        Assert.Contains("Overall exposure level", exposure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_connection_to_an_activated_socket_waits_for_the_host()
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo(RequiredTool.Find("systemd-socket-activate"), ["-l", $"127.0.0.1:{port}", "dotnet", RunningHost.Assembly, "--home", _home.Home])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var host = Process.Start(start)!;
        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => await host.StandardError.ReadLineAsync() is { } line && line.Contains("Listening on", StringComparison.Ordinal), "the socket is open");
        using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
        await Eventually.TrueAsync(() => File.Exists(_home.File("run", "host.json")), "the host serves");
        Posix.SendTerminate(host.Id);
        await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, host.ExitCode);
    }

    [Fact]
    public async Task The_service_manager_hears_when_the_host_serves_which_process_it_is_and_when_it_stops()
    {
        using var folder = new TemporaryFolder();
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        async Task<string> HearAsync()
        {
            var buffer = new byte[256];
            return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
        }

        await using (var host = await RunningHost.StartAsync(_home, environment: ("NOTIFY_SOCKET", folder.File("notify"))))
        {
            Assert.Equal($"MAINPID={host.Pid}\nREADY=1", await HearAsync());
            (await host.PostAsync("/upgrade", new { directory = RunningHost.Binaries, content = "next" })).EnsureSuccessStatusCode();
            Assert.Equal($"MAINPID={host.Pid}\nREADY=1", await HearAsync());
        }

        Assert.Equal("STOPPING=1", await HearAsync());
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) + await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, said);
        return said;
    }
}
