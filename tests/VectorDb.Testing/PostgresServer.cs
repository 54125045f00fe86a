using System.Diagnostics;

namespace VectorDb.Testing;

/// <summary>
/// A real PostgreSQL 17 with pgvector on a port and a data folder of its own, run by chroot out of the root that
/// <c>scripts/test-tools/postgresql.sh</c> makes.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql/17/bin/";

    private readonly Process _process;
    private readonly string _folder;
    private readonly int _port;

    private PostgresServer(Process process, string folder, int port) => (_process, _folder, _port) = (process, folder, port);

    private static string Root => Environment.GetEnvironmentVariable("VECTORDB_POSTGRES_ROOT") ?? "/var/cache/vectordb/postgresql-17";

    public static bool IsInstalled => File.Exists(Root + Binaries + "postgres") && Environment.UserName == "root";

    /// <returns>How to connect to one of its databases; <c>postgres</c> is there from the start.</returns>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Timeout=5;Maximum Pool Size=20";

    /// <param name="settings">More settings of the server, as <c>name=value</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        RequiredTool.Demand(File.Exists(Root + Binaries + "postgres"), $"PostgreSQL 17 is not in {Root}", RequiredTool.Script);
        RequiredTool.Demand(Environment.UserName == "root", "PostgreSQL 17 runs by chroot, which only root may do");
        var folder = $"/tmp/vectordb-{Guid.NewGuid():N}";
        using (var initialise = Start("initdb", "-D", folder, "-U", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C"))
        {
            await initialise.WaitForExitAsync(CancellationToken.None);
            Assert.Equal(0, initialise.ExitCode);
        }

        var port = FreePort.Next();
        string[] arguments =
        [
            "-D", folder, "-p", $"{port}", "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "dynamic_shared_memory_type=mmap",
            .. settings.SelectMany(setting => new[] { "-c", setting }),
        ];
        var server = new PostgresServer(Start("postgres", arguments), folder, port);
        await Eventually.TrueAsync(() => AnswersAsync(port), "PostgreSQL takes sessions", TimeSpan.FromSeconds(60));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // An interrupt is PostgreSQL's fast shutdown.
        using (var interrupt = Process.Start("kill", ["-INT", $"{_process.Id}"]))
        {
            await interrupt.WaitForExitAsync(CancellationToken.None);
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(Root + _folder, recursive: true);
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("chroot", ["--userspec=postgres:postgres", Root, Binaries + program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        // It listens before it takes sessions, and refuses them until then.
        using var ready = Start("pg_isready", "-q", "-h", "127.0.0.1", "-p", $"{port}");
        await ready.WaitForExitAsync(CancellationToken.None);
        return ready.ExitCode == 0;
    }
}
