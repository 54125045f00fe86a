using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>How a site is to be.</summary>
/// <param name="TimeScale">How much faster than AWS the waits of the emulated AWS pass.</param>
internal sealed record SiteOptions(double TimeScale)
{
    /// <summary>Whether to leave a Docker engine alone, even where there is one.</summary>
    public bool WithoutDocker { get; init; }
}

/// <summary>
/// What plays AWS on this machine: the emulated API, and real services in the places that the API only talks about. Disposed of, it
/// leaves nothing; where its process was killed, the next one to start removes what is left.
/// </summary>
internal sealed class RehearsalSite : IAsyncDisposable
{
    /// <summary>The domain that the account has already.</summary>
    private const string Zone = "rehearsal.example.org";

    private static readonly int[] Ports = [NameServer.Port, 80, Balancer.Port, DatabaseServer.Port, QueueServer.Port];
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Sometimes = TimeSpan.FromSeconds(1);

    private readonly List<IAsyncDisposable> _started = [];
    private readonly List<MissingPart> _missing = [];
    private readonly ConcurrentQueue<string> _problems = [];
    private readonly SiteRun _run;
    private CertificateAuthority? _authority;

    private RehearsalSite(SiteRun run) => _run = run;

    /// <summary>Value of the label that the containers of this site have, and its network.</summary>
    public string Run => _run.Name;

    public EmulatedAws Aws { get; private set; } = null!;

    /// <summary>Address of this machine at which everything listens.</summary>
    public string Address { get; private set; } = null!;

    /// <summary>Name of the Docker network; null without an engine.</summary>
    public string? Network { get; private set; }

    /// <summary>Host and port of the image registry, as it stands in an image's name; null without one.</summary>
    public string? Registry { get; private set; }

    /// <summary>Certificate of the authority that signs for everything here.</summary>
    public string CaFile => _authority!.File;

    public string Domain => $"api.{Zone}";

    /// <summary>The load balancer; null without one.</summary>
    public Balancer? Balancer { get; private set; }

    /// <summary>What this machine cannot run.</summary>
    public IReadOnlyList<MissingPart> Missing => _missing;

    /// <summary>What went wrong while the site ran.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>What a build needs, beside credentials, to take the site for AWS.</summary>
    public IReadOnlyDictionary<string, string?> BuildEnvironment { get; private set; } = null!;

    /// <param name="commands">Runs the programs.</param>
    /// <param name="repositoryRoot">Where the rehearsal's own programs are.</param>
    /// <param name="options">How the site is to be.</param>
    /// <param name="time">Paces waits, and dates certificates.</param>
    /// <param name="cancellation">Ends the start alone: a run that is stopped may still have calls to make.</param>
    /// <exception cref="CommandFailedException">A part that this machine has could not be started; everything else is gone again.</exception>
    public static async Task<RehearsalSite> StartAsync(
        CommandRunner commands, string repositoryRoot, SiteOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var processes = new SystemProcessTable();
        if (!options.WithoutDocker)
        {
            await SiteNetwork.RemoveLeftoversAsync(commands, processes, cancellation);
        }

        await SiteRun.RemoveLeftoversAsync(Path.GetTempPath(), processes, time, cancellation);
        if (DatabaseServer.Missing() is null)
        {
            await SiteRun.RemoveLeftoversAsync(DatabaseServer.Folders, processes, time, cancellation);
        }

        var site = new RehearsalSite(SiteRun.Begin(processes));
        try
        {
            if (options.WithoutDocker)
            {
                site._missing.Add(new MissingPart("Docker", "it is to be left alone", "./build.sh --target=Rehearse"));
            }

            var network = options.WithoutDocker
                ? SiteNetwork.OnLoopback(commands, site._run, Ports)
                : await SiteNetwork.CreateAsync(commands, site._run, Ports, processes, site._missing.Add, cancellation);
            (site.Network, site.Address) = (site.Started(network).Name, network.Address);
            site._authority = await CertificateAuthority.CreateAsync(site._run.File("ca"), time, cancellation);
            await site.StartPartsAsync(new PartContext(commands, repositoryRoot, site._run, site.Address, site._authority, time), options, cancellation);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        foreach (var part in _started.AsEnumerable().Reverse())
        {
            try
            {
                await part.DisposeAsync();
            }
            catch (Exception failure)
            {
                // The others have to go all the same.
                failures.Add(failure);
            }
        }

        _authority?.Dispose();
        Directory.Delete(_run.Folder, recursive: true);
        if (failures.Count > 0)
        {
            throw new AggregateException($"Not everything of rehearsal {_run.Name} could be removed; the next one tries again.", failures);
        }
    }

    private async Task StartPartsAsync(PartContext context, SiteOptions options, CancellationToken cancellation)
    {
        var emulator = new EmulatorOptions(options.TimeScale) { Host = Address, TargetsAreProbed = true, BalancerAddress = Address };
        var aws = PartAsync(null, () => EmulatedAws.StartAsync(context.Commands, context.RepositoryRoot, emulator, context.Time, cancellation));
        var registry = PartAsync(ImageRegistry.Missing(), () => ImageRegistry.StartAsync(context, cancellation));
        var queue = PartAsync(QueueServer.Missing(), () => QueueServer.StartAsync(context, cancellation));
        var database = PartAsync(DatabaseServer.Missing(), () => DatabaseServer.StartAsync(context, cancellation));
        var balancer = PartAsync(Balancer.Missing(), () => Balancer.StartAsync(context, Domain, cancellation));
        var names = PartAsync(NameServer.Missing(), () => Task.FromResult(new NameServer(IPAddress.Parse(Address), ["amazonaws.com", Zone])));
        await Task.WhenAll(aws, registry, queue, database, balancer, names);

        Aws = (await aws)!;
        if (await registry is { } images)
        {
            await images.JoinAsync(Aws, cancellation);
            Registry = images.Name;
        }

        Balancer = await balancer;
        Follow(await queue, await database, context.Time);
        var zone = await Aws.ControlAsync(HttpMethod.Post, "hosted-zones", new { name = Zone }, cancellation);
        BuildEnvironment = await EnvironmentAsync(zone.GetProperty("id").GetString()!, cancellation);
    }

    private void Follow(QueueServer? queue, DatabaseServer? database, TimeProvider time)
    {
        if (queue is not null)
        {
            Started(new Follower(Aws, "caches", Sometimes, queue.BecomeAsync, _problems.Enqueue, time));
        }

        if (database is not null)
        {
            Started(new Follower(Aws, "databases", Sometimes, database.BecomeAsync, _problems.Enqueue, time));
        }

        if (Balancer is not null)
        {
            var probes = Started(Balancer.Probe(Aws, _problems.Enqueue, time));
            Started(new Follower(Aws, "target-groups", Often, probes.FollowAsync, _problems.Enqueue, time));
        }
    }

    private async Task<IReadOnlyDictionary<string, string?>> EnvironmentAsync(string zone, CancellationToken cancellation) =>
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["VECTORDB_AWS_ENDPOINT"] = Aws.Endpoint.AbsoluteUri.TrimEnd('/'),
            ["VECTORDB_REGION"] = EmulatedAws.Region,
            ["VECTORDB_ACCOUNT"] = EmulatedAws.Account,
            ["VECTORDB_REGISTRY"] = Registry,
            ["VECTORDB_DOMAIN_NAME"] = Domain,
            ["VECTORDB_HOSTED_ZONE_ID"] = zone,
            ["VECTORDB_CA_BUNDLE_SHA256"] = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(CaFile, cancellation))),
            // Trusted beside what the machine trusts.
            ["SSL_CERT_DIR"] = $"{Environment.GetEnvironmentVariable("SSL_CERT_DIR") ?? "/etc/ssl/certs"}:{Path.GetDirectoryName(CaFile)}",
        };

    private async Task<T?> PartAsync<T>(MissingPart? missing, Func<Task<T>> start)
        where T : class, IAsyncDisposable
    {
        if (missing is not null)
        {
            _missing.Add(missing);
            return null;
        }

        return Started(await start());
    }

    private T Started<T>(T part)
        where T : IAsyncDisposable
    {
        lock (_started)
        {
            _started.Add(part);
        }

        return part;
    }
}
