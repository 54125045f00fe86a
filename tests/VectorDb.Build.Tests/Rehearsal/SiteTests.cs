using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;
using StackExchange.Redis;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>Each part of the site as a client sees it.</summary>
[Trait(Suites.Trait, Suites.Full)]
[Collection(SiteFixture.Name)]
public sealed class SiteTests(SiteFixture fixture)
{
    private const ushort A = 1;
    private const ushort Aaaa = 28;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string PostgresRoot => Environment.GetEnvironmentVariable("VECTORDB_POSTGRES_ROOT") ?? "/var/cache/vectordb/postgresql-17";

    [Fact]
    public void What_this_machine_cannot_run_is_named_with_the_command_that_brings_it()
    {
        var missing = Assert.Single(fixture.Site.Missing, static part => part.Name == "Docker");
        Assert.False(string.IsNullOrEmpty(missing.InstallCommand));
        Assert.Null(fixture.Site.Network);
    }

    [Theory]
    [InlineData("api.rehearsal.example.org", A, true)]
    [InlineData("MASTER.queue.abc.use1.cache.amazonaws.com", A, true)]
    [InlineData("d.cluster-x.us-east-1.rds.amazonaws.com", Aaaa, false)]
    public async Task A_name_of_AWS_is_the_address_of_the_site(string name, ushort type, bool hasAddress)
    {
        foreach (var answer in new[] { await AskAsync(name, type), await AskByStreamAsync(name, type) })
        {
            Assert.Equal((0, hasAddress ? 1 : 0), (answer[3] & 0xf, answer[7]));
            Assert.Equal(hasAddress, answer.AsSpan(^4).SequenceEqual(IPAddress.Parse(fixture.Site.Address).GetAddressBytes()));
        }
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("notamazonaws.com")]
    public async Task No_other_name_exists(string name)
    {
        const int NoSuchName = 3;
        Assert.Equal((NoSuchName, 0), ((await AskAsync(name, A))[3] & 0xf, (await AskAsync(name, A))[7]));
    }

    [Fact]
    public async Task The_queue_opens_when_the_emulated_user_has_a_password()
    {
        RequiredTool.Find("redis-server");
        var password = new string('p', 32);
        await fixture.Aws.QueryAsync(
            "elasticache", "CreateUser", ("UserId", "queue"), ("UserName", "default"), ("Engine", "redis"), ("AccessString", "off ~* -@all"), ("AuthenticationMode.Type", "no-password-required"));
        await fixture.Aws.QueryAsync("elasticache", "CreateUserGroup", ("UserGroupId", "queue"), ("Engine", "redis"), ("UserIds.member.1", "queue"));
        var made = await fixture.Aws.QueryAsync(
            "elasticache", "CreateReplicationGroup", ("ReplicationGroupId", "queue"), ("ReplicationGroupDescription", "queue"), ("Engine", "valkey"), ("CacheNodeType", "cache.t4g.small"),
            ("NumCacheClusters", "2"), ("TransitEncryptionEnabled", "true"), ("UserGroupIds.member.1", "queue"));
        var endpoint = made.Descendants("PrimaryEndpoint").Elements("Address").First().Value;

        await Eventually.TrueAsync(async () => await RefusalAsync(endpoint, password) is { } refusal && refusal.Contains("auth", StringComparison.OrdinalIgnoreCase), "the endpoint's certificate, and nobody let in");
        await fixture.Aws.QueryAsync(
            "elasticache", "ModifyUser", ("UserId", "queue"), ("AccessString", "on ~* &* +@all"), ("AuthenticationMode.Type", "password"), ("AuthenticationMode.Passwords.member.1", password));
        await Eventually.TrueAsync(async () => await RefusalAsync(endpoint, password) is null, "the password lets in");

        await using var queue = await ConnectAsync(endpoint, password);
        Assert.True(await queue.GetDatabase().StringSetAsync("key", "value"));
        await Assert.ThrowsAsync<RedisServerException>(() => queue.GetDatabase().ExecuteAsync("CONFIG", "GET", "*"));
        Assert.NotNull(await RefusalAsync(endpoint, "another"));
        Assert.NotNull(await RefusalAsync("another.name", password));
        Assert.Empty(fixture.Site.Problems);
    }

    [Fact]
    public async Task The_database_opens_to_the_master_user_that_RDS_keeps_in_Secrets_Manager()
    {
        RequiredTool.Demand(Directory.Exists(PostgresRoot), $"PostgreSQL 17 is not in {PostgresRoot}", RequiredTool.Script);
        var made = await fixture.Aws.QueryAsync(
            "rds", "CreateDBCluster", ("DBClusterIdentifier", "data"), ("Engine", "aurora-postgresql"), ("DatabaseName", "vectordb"), ("MasterUsername", "vectordb"), ("ManageMasterUserPassword", "true"));
        var endpoint = made.Descendants("Endpoint").First().Value;
        var secret = await fixture.Aws.JsonAsync("secretsmanager", "secretsmanager.GetSecretValue", new { SecretId = made.Descendants("SecretArn").First().Value });
        using var credentials = System.Text.Json.JsonDocument.Parse(secret.GetProperty("SecretString").GetString()!);
        var (user, password) = (credentials.RootElement.GetProperty("username").GetString()!, credentials.RootElement.GetProperty("password").GetString()!);
        Assert.Equal("vectordb", user);

        await Eventually.TrueAsync(async () => (await AskDatabaseAsync(endpoint, user, password, "SELECT 1")).Succeeded, "the master user gets in");
        var answer = await AskDatabaseAsync(endpoint, user, password, "CREATE EXTENSION IF NOT EXISTS vector; SELECT '[1,2]'::vector <-> '[4,6]'");

        Assert.True(answer.Succeeded, answer.Error);
        Assert.Equal("5", answer.Output.Trim().Split('\n')[^1]);
        Assert.Contains("password authentication failed", (await AskDatabaseAsync(endpoint, user, "wrong", "SELECT 1")).Error, StringComparison.Ordinal);
        Assert.Contains("no encryption", (await AskDatabaseAsync(endpoint, user, password, "SELECT 1", "disable")).Error, StringComparison.Ordinal);
        Assert.Contains("does not match host name", (await AskDatabaseAsync("another.name", user, password, "SELECT 1")).Error, StringComparison.Ordinal);
        Assert.Contains("permission denied", (await AskDatabaseAsync(endpoint, user, password, "CREATE EXTENSION file_fdw")).Error, StringComparison.Ordinal);
        Assert.Empty(fixture.Site.Problems);
    }

    [Fact]
    public void A_build_gets_what_makes_it_take_the_site_for_AWS()
    {
        var environment = fixture.Site.BuildEnvironment;
        Assert.Equal(fixture.Site.Aws.Endpoint.AbsoluteUri, $"{environment["VECTORDB_AWS_ENDPOINT"]}/");
        Assert.Equal(fixture.Site.Registry, environment["VECTORDB_REGISTRY"]);
        Assert.Contains(environment["SSL_CERT_DIR"]!.Split(':'), folder => File.Exists(Path.Combine(folder, "ca.pem")));
        Assert.Equal(64, environment["VECTORDB_CA_BUNDLE_SHA256"]!.Length);
    }

    [Fact]
    public async Task A_build_trusts_the_site_and_nobody_else_does()
    {
        RequiredTool.Find("nginx");
        Assert.Equal(0, await VisitAsync(fixture.Site.BuildEnvironment["SSL_CERT_DIR"]));
        Assert.NotEqual(0, await VisitAsync(null));
    }

    /// <summary>What <see cref="A_build_trusts_the_site_and_nobody_else_does"/> runs as another process; nothing to run by itself.</summary>
    public sealed class Visit
    {
        public const string Variable = "VECTORDB_VISIT";

        [Fact(Explicit = true)]
        public async Task Speaks_TLS_with_the_load_balancer()
        {
            var fields = Environment.GetEnvironmentVariable(Variable)!.Split(' ');
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Parse(fields[0]), Balancer.Port, Token);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = fields[1] }, Token);
        }
    }

    private async Task<int> VisitAsync(string? trusted)
    {
        var command = new Command(
            Environment.ProcessPath!, typeof(Visit).Assembly.Location, "-method", $"*.{nameof(Visit.Speaks_TLS_with_the_load_balancer)}", "-explicit", "only")
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["SSL_CERT_DIR"] = trusted, [Visit.Variable] = $"{fixture.Site.Address} {fixture.Site.Domain}" },
        };
        var visit = await fixture.Commands.TryAsync(command, Token);
        Assert.Contains("Total: 1", visit.Output, StringComparison.Ordinal);
        return visit.ExitCode;
    }

    private Task<ConnectionMultiplexer> ConnectAsync(string host, string password)
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { new IPEndPoint(IPAddress.Parse(fixture.Site.Address), QueueServer.Port) },
            Ssl = true,
            SslHost = host,
            Password = password,
            ConnectRetry = 0,
            AllowAdmin = true,
        };
        options.TrustIssuer(fixture.Site.CaFile);
        return ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <returns>Why it does not let in; null when it does.</returns>
    private async Task<string?> RefusalAsync(string host, string password)
    {
        try
        {
            await using var connection = await ConnectAsync(host, password);
            return null;
        }
        catch (RedisConnectionException refusal)
        {
            return refusal.ToString();
        }
    }

    /// <summary>By libpq, which can be told a name and an address apart.</summary>
    private async Task<CommandResult> AskDatabaseAsync(string host, string user, string password, string sql, string mode = "verify-full")
    {
        var trusted = $"{PostgresRoot}/tmp/vectordb-{Guid.NewGuid():N}.pem";
        File.Copy(fixture.Site.CaFile, trusted);
        try
        {
            var connection = $"host={host} hostaddr={fixture.Site.Address} user={user} dbname=vectordb sslmode={mode} sslrootcert={trusted[PostgresRoot.Length..]}";
            return await fixture.Commands.TryAsync(
                new Command("chroot", PostgresRoot, "/usr/lib/postgresql/17/bin/psql", "-qtAX", connection, "-c", sql)
                {
                    Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PGPASSWORD"] = password },
                },
                Token);
        }
        finally
        {
            File.Delete(trusted);
        }
    }

    private async Task<byte[]> AskAsync(string name, ushort type)
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        await client.SendAsync(Question(name, type), new IPEndPoint(IPAddress.Parse(fixture.Site.Address), NameServer.Port), Token);
        return (await client.ReceiveAsync(Token)).Buffer;
    }

    private async Task<byte[]> AskByStreamAsync(string name, ushort type)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(fixture.Site.Address), NameServer.Port, Token);
        var (question, length) = (Question(name, type), new byte[2]);
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)question.Length);
        await client.GetStream().WriteAsync((byte[])[.. length, .. question], Token);
        await client.GetStream().ReadExactlyAsync(length, Token);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await client.GetStream().ReadExactlyAsync(answer, Token);
        return answer;
    }

    // An id, recursion desired, one question; type and class IN behind the name.
    private static byte[] Question(string name, ushort type) =>
    [
        7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
        .. name.Split('.').SelectMany(static label => new[] { (byte)label.Length }.Concat(Encoding.ASCII.GetBytes(label))),
        0, 0, (byte)type, 0, 1,
    ];
}
