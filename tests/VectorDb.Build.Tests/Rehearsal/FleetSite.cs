using System.Globalization;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Rendering;
using VectorDb.Build.Secrets;
using VectorDb.Build.Tests.Emulator;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>
/// A site with a fleet, a release bucket, and images by digest in its registry. The services are stand-ins that start at once;
/// everything else is what a release makes.
/// </summary>
public sealed class FleetSite : IAsyncLifetime
{
    private const string Bucket = "vectordb-fleet-releases";
    private static readonly string[] Plugins = ["/usr/local/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins"];
    private static readonly BasicAWSCredentials Deployer = new("test", "test");

    private RehearsalSite? _site;
    private InstanceFleet? _fleet;

    internal CommandRunner Commands { get; } = new(TimeProvider.System);

    internal AwsWire Aws { get; private set; } = null!;

    internal InstanceFleet Fleet => _fleet!;

    internal RehearsalSite Site => _site!;

    internal ReleaseModel Model { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        new[] { "moto_server", "docker-registry", "debootstrap" }.ToList().ForEach(static tool => RequiredTool.Find(tool));
        RequiredTool.Demand(Environment.IsPrivilegedProcess, "base images are made by root");
        var plugin = Plugins.Select(static folder => Path.Combine(folder, "docker-compose")).FirstOrDefault(File.Exists);
        RequiredTool.Demand(plugin is not null, "the Compose plugin is not on this machine", RequiredTool.Script);
        await RehearsedBases.EnsureAsync(Commands, Repository.Root, Token, "nginx", "instance");
        _site = await RehearsalSite.StartAsync(Commands, Repository.Root, new SiteOptions(60), TimeProvider.System, Token);
        Aws = new AwsWire(_site.Aws);
        using (var s3 = Objects())
        {
            await s3.PutBucketAsync(Bucket, Token);
        }

        Model = await ModelAsync(plugin!);
        _fleet = await StartFleetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Aws?.Dispose();
        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    /// <summary>Makes an object of the release bucket.</summary>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content)
    {
        using var s3 = Objects();
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(content.ToArray()) }, Token);
    }

    /// <summary>What the machine of an instance wrote while it booted, also after its end.</summary>
    public async Task<string> ConsoleAsync(string instance) =>
        (await Aws.ControlAsync(HttpMethod.Get, $"instances/{instance}/console")).GetProperty("output").GetString()!;

    private Task<InstanceFleet> StartFleetAsync()
    {
        var port = int.Parse(Site.Registry!.Split(':')[1], CultureInfo.InvariantCulture);
        return InstanceFleet.StartAsync(Commands, Site.Aws, new FleetOptions(Repository.Root, Site.Run, Site.Network!, Site.Address, port) { BaseImages = [RehearsedBases.Nginx] },
            TestContext.Current.SendDiagnosticMessage, TimeProvider.System, Token);
    }

    private async Task<ReleaseModel> ModelAsync(string plugin)
    {
        var program = await File.ReadAllBytesAsync(plugin, Token);
        var compose = new ComposePlugin("2.26.1", Convert.ToHexStringLower(SHA256.HashData(program)));
        await PutAsync(compose.Key, program);
        var authority = await File.ReadAllBytesAsync(Site.CaFile, Token);
        var authorities = new CertificateAuthorities(Convert.ToHexStringLower(SHA256.HashData(authority)));
        await PutAsync(authorities.Key, authority);
        var (service, proxy) = await PushAsync();
        return new ReleaseModel
        {
            Environment = "fleet",
            Release = "0123456789ab",
            Commit = new string('c', 40),
            Region = EmulatedAws.Region,
            Account = EmulatedAws.Account,
            AwsEndpoint = Site.Aws.Endpoint.AbsoluteUri.TrimEnd('/'),
            Registry = Site.Registry!,
            Bucket = Bucket,
            Images = new ReleaseImageReferences(service, service, service, proxy),
            Compose = compose,
            Authorities = authorities,
            Secrets = [SecretCatalogue.RedisPassword, SecretCatalogue.ApiKeys],
            BalancerNetworks = [$"{Site.Address}/32"],
            Limits = new ServiceLimits(DeregistrationSeconds: 1),
        };
    }

    private async Task<(ImageReference Service, ImageReference Proxy)> PushAsync()
    {
        var standIn = Path.Combine(Repository.Root, "tests/VectorDb.Build.Tests/Rehearsal/standin");
        var proxy = Path.Combine(Repository.Root, "nginx");
        ImageRecipe[] recipes = [new("standin", standIn, Path.Combine(standIn, "Dockerfile"), RehearsedBases.Nginx), new("nginx", proxy, Path.Combine(proxy, "Dockerfile"), RehearsedBases.Nginx)];
        foreach (var recipe in recipes)
        {
            await Aws.JsonAsync("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", new { repositoryName = recipe.Repository });
        }

        using var services = new AwsServices(new AwsConnection(EmulatedAws.Region, Deployer, Site.Aws.Endpoint), TimeProvider.System);
        var docker = new DockerClient(Commands);
        var built = await new ImageBuilder(docker).BuildAsync(recipes, null, standIns: true, Token);
        var pushed = await new ImagePusher(docker, new EcrRegistry(services.Ecr, "fleet"), TimeProvider.System).PushAsync(built, Token);
        var images = pushed.Select(image => new ImageReference(image.Image.In(Site.Registry!))).ToArray();
        return (images[0], images[1]);
    }

    private AmazonS3Client Objects() => new(
        Deployer, new AmazonS3Config { ServiceURL = Site.Aws.Endpoint.AbsoluteUri, AuthenticationRegion = EmulatedAws.Region, ForcePathStyle = true });
}
