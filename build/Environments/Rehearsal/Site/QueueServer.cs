using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// A real Redis behind the emulated ElastiCache: TLS only, with a certificate for the endpoints that the replication group names, and with
/// the users that its user groups hold. Until the release gives the user a password nobody gets in.
/// </summary>
internal sealed class QueueServer : IAsyncDisposable
{
    public const int Port = 6379;

    private const string Program = "redis-server";
    private const string Name = "Queue (Redis)";

    /// <summary>https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html: what ElastiCache keeps to itself.</summary>
    private const string Restricted =
        "-acl|setuser -acl|deluser -acl|load -acl|save -bgrewriteaof -bgsave -config -debug -failover -migrate -module -psync -replicaof -save -shutdown -slaveof -sync";

    private readonly PartContext _context;
    private readonly KeptProgram _program;
    private readonly string _folder;
    private readonly string _password;
    private IReadOnlyList<string> _endpoints = [];
    private int _certificates;

    private QueueServer(PartContext context, KeptProgram program, string folder, string password)
    {
        (_context, _program, _folder, _password) = (context, program, folder, password);
    }

    public static MissingPart? Missing() => MissingPart.Without(Program, Name);

    public static async Task<QueueServer> StartAsync(PartContext context, CancellationToken cancellation)
    {
        var folder = context.Folder("queue");
        var password = RandomNumberGenerator.GetHexString(64);
        var (certificate, key) = await IssueAsync(context, folder, 0, [context.Address], cancellation);
        var configuration = Path.Combine(folder, "redis.conf");
        await PrivateFolder.WriteAsync(
            configuration,
            $"""
            bind {context.Address}
            port 0
            tls-port {Port}
            tls-cert-file {certificate}
            tls-key-file {key}
            tls-auth-clients no
            unixsocket {Path.Combine(folder, "site.sock")}
            unixsocketperm 700
            dir {folder}
            save ""
            loglevel warning
            user default off
            user site on #{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(password)))} ~* &* +@all

            """,
            cancellation);
        var socket = Path.Combine(folder, "site.sock");
        var program = await context.KeepAsync(new Command(MissingPart.PathOf(Program)!, configuration), _ => Task.FromResult(File.Exists(socket)), cancellation);
        return new QueueServer(context, program, folder, password);
    }

    /// <summary>Becomes what the emulated caches are.</summary>
    /// <param name="caches">The control API's view of them.</param>
    /// <param name="cancellation">Ends it between two commands.</param>
    public async Task BecomeAsync(JsonElement caches, CancellationToken cancellation)
    {
        var cache = caches.Deserialize<List<Cache>>(JsonSerializerOptions.Web)!.FirstOrDefault();
        using var connection = await RedisConnection.OpenAsync(Path.Combine(_folder, "site.sock"), cancellation);
        await connection.SendAsync(["AUTH", "site", _password], cancellation);
        if (cache is not null && !cache.Endpoints.SequenceEqual(_endpoints, StringComparer.Ordinal))
        {
            // Under a new name, because Redis reads a file again only when its name changes.
            var (certificate, key) = await IssueAsync(_context, _folder, ++_certificates, cache.Endpoints, cancellation);
            await connection.SendAsync(["CONFIG", "SET", "tls-cert-file", certificate, "tls-key-file", key], cancellation);
            _endpoints = cache.Endpoints;
        }

        var users = cache?.Users ?? [];
        foreach (var user in users)
        {
            IEnumerable<string> passwords = user.Passwords.Count == 0 ? ["nopass"] : user.Passwords.Select(static password => $">{password}");
            await connection.SendAsync(["ACL", "SETUSER", user.Name, "reset", .. Words(user.Access), .. passwords, .. Words(Restricted)], cancellation);
        }

        if (users.All(static user => user.Name != "default"))
        {
            await connection.SendAsync(["ACL", "SETUSER", "default", "reset"], cancellation);
        }
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<(string Certificate, string Key)> IssueAsync(
        PartContext context, string folder, int number, IReadOnlyList<string> hosts, CancellationToken cancellation)
    {
        var issued = context.Authority.Issue(hosts);
        var files = (Certificate: Path.Combine(folder, $"server-{number}.pem"), Key: Path.Combine(folder, $"server-{number}.key"));
        await PrivateFolder.WriteAsync(files.Certificate, issued.Pem, cancellation);
        await PrivateFolder.WriteAsync(files.Key, issued.KeyPem, cancellation);
        return files;
    }

    private sealed record Cache(IReadOnlyList<string> Endpoints, IReadOnlyList<CacheUser> Users);

    private sealed record CacheUser(string Name, string Access, IReadOnlyList<string> Passwords);
}
