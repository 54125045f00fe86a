using System.Text.Json;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// A real PostgreSQL 17 with pgvector behind the emulated Aurora: TLS only, with a certificate for the cluster's endpoints, and with the
/// master user whose password RDS keeps in Secrets Manager. It runs by chroot out of the root that
/// <c>scripts/test-tools/postgresql.sh</c> makes; nothing that it holds is meant to last.
/// </summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    public const int Port = 5432;

    private const string Name = "Database (PostgreSQL)";
    private const string Install = "sudo scripts/test-tools/postgresql.sh";
    private const string Binaries = "/usr/lib/postgresql/17/bin/";

    private readonly PartContext _context;
    private readonly string _folder;
    private readonly string _data;
    private KeptProgram? _program;
    private IReadOnlyList<string> _endpoints = [];

    private DatabaseServer(PartContext context)
    {
        _context = context;
        _folder = context.Run.FolderIn(Folders);
        _data = $"{_folder[Root.Length..]}/data";
    }

    /// <summary>Where the folders of runs are, for the data of each.</summary>
    public static string Folders => $"{Root}/tmp";

    private static string Root => Environment.GetEnvironmentVariable("VECTORDB_POSTGRES_ROOT") ?? "/var/cache/vectordb/postgresql-17";

    public static MissingPart? Missing() => File.Exists($"{Root}{Binaries}postgres")
        ? MissingPart.WithoutRoot(Name, "it runs by chroot, which only root may do")
        : new MissingPart(Name, $"PostgreSQL 17 is not in {Root}", Install);

    public static async Task<DatabaseServer> StartAsync(PartContext context, CancellationToken cancellation)
    {
        var server = new DatabaseServer(context);
        try
        {
            await server.StartAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Becomes what the emulated clusters are.</summary>
    /// <param name="databases">The control API's view of them.</param>
    /// <param name="cancellation">Ends it; the next look goes on.</param>
    public async Task BecomeAsync(JsonElement databases, CancellationToken cancellation)
    {
        if (databases.Deserialize<List<Cluster>>(JsonSerializerOptions.Web)!.FirstOrDefault() is not { } cluster)
        {
            return;
        }

        if (!cluster.Endpoints.SequenceEqual(_endpoints, StringComparer.Ordinal))
        {
            await CertifyAsync(cluster.Endpoints, cancellation);
        }

        // A master user of RDS is no superuser, but RDS lets it create the extension; this PostgreSQL lets a superuser alone.
        var (user, database) = (Identifier(cluster.User), Identifier(cluster.Name));
        var sql = $"""
            SELECT pg_reload_conf();
            SELECT {Literal($"CREATE ROLE {user} LOGIN CREATEROLE CREATEDB")} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {Literal(cluster.User)}) \gexec
            ALTER ROLE {user} PASSWORD {Literal(cluster.Password)};
            SELECT {Literal($"CREATE DATABASE {database} OWNER {user}")} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {Literal(cluster.Name)}) \gexec
            \connect {database}
            SET client_min_messages = warning;
            CREATE EXTENSION IF NOT EXISTS vector;

            """;
        await _context.Commands.RunAsync(
            InRoot($"{Binaries}psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", _data, "-U", "postgres", "postgres") with { Input = sql }, cancellation);
        _endpoints = cluster.Endpoints;
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Command InRoot(string program, params IReadOnlyList<string> arguments) =>
        new("chroot", ["--userspec=postgres:postgres", Root, program, .. arguments]);

    private async Task StartAsync(CancellationToken cancellation)
    {
        var run = _context.Commands;
        await run.RunAsync(new Command("chmod", "711", _folder), cancellation);
        await run.RunAsync(new Command("chroot", Root, "install", "-d", "-o", "postgres", "-g", "postgres", "-m", "0700", _data), cancellation);
        await run.RunAsync(InRoot($"{Binaries}initdb", "-D", _data, "-U", "postgres", "--auth", "peer", "--no-sync", "--encoding", "UTF8", "--locale", "C"), cancellation);
        await WriteAsync("pg_hba.conf", "local all postgres peer\nhostssl all all all scram-sha-256\n", cancellation);
        await CertifyAsync([_context.Address], cancellation);
        string[] settings =
        [
            $"listen_addresses={_context.Address}", $"port={Port}", $"unix_socket_directories={_data}", "dynamic_shared_memory_type=mmap", "fsync=off",
            "max_connections=200", "ssl=on", "ssl_cert_file=server.pem", "ssl_key_file=server.key", "log_min_error_statement=panic",
        ];
        _program = await _context.KeepAsync(
            InRoot($"{Binaries}postgres", ["-D", _data, .. settings.SelectMany(static setting => new[] { "-c", setting })]), token => _context.ListensAsync(Port, token), cancellation);
    }

    private async Task CertifyAsync(IReadOnlyList<string> hosts, CancellationToken cancellation)
    {
        var issued = _context.Authority.Issue(hosts);
        await WriteAsync("server.key", issued.KeyPem, cancellation);
        await WriteAsync("server.pem", issued.Pem, cancellation);
    }

    /// <summary>As the user of the server, who alone may read it.</summary>
    private Task WriteAsync(string name, string text, CancellationToken cancellation) => _context.Commands.RunAsync(
        InRoot("/bin/sh", "-c", "umask 077; cat >\"$1.new\" && mv \"$1.new\" \"$1\"", "sh", $"{_data}/{name}") with { Input = text }, cancellation);

    private sealed record Cluster(IReadOnlyList<string> Endpoints, string Name, string User, string Password);
}
