using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Rendering;
using VectorDb.Build.Tests.Emulator;
using VectorDb.Build.Tests.Images;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>
/// What instances need around them beside an engine: a network whose gateway plays AWS and the image registry, a release bucket. The
/// services are stand-ins that start at once; everything else is what a release makes.
/// </summary>
public sealed class FleetSite : IAsyncLifetime
{
    public const string Bucket = "vectordb-fleet-releases";

    private const string ProxyImage = "public.ecr.aws/nginx/nginx:1.28";
    private static readonly string[] Plugins = ["/usr/local/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins"];

    private readonly CommandRunner _commands = new(TimeProvider.System);
    private readonly string _run = $"test-{Guid.NewGuid():N}"[..13];
    private readonly Stack<IAsyncDisposable> _parts = new();
    private string _registry = "";
    private string _address = "";

    internal EmulatedAws Aws { get; private set; } = null!;

    internal AwsWire Calls { get; private set; } = null!;

    internal InstanceFleet Fleet { get; private set; } = null!;

    internal CommandRunner Commands => _commands;

    internal ReleaseModel Model { get; private set; } = null!;

    internal string Run => _run;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("moto_server");
        RequiredTool.Find("debootstrap");
        var plugin = Plugins.Select(static folder => Path.Combine(folder, "docker-compose")).FirstOrDefault(File.Exists);
        RequiredTool.Demand(plugin is not null, "the Compose plugin is not on this machine");
        await _commands.RunAsync(new Command(Path.Combine(Repository.Root, "scripts/base-images.sh"), "nginx", "instance"), Token);
        _address = await NetworkAsync();
        Aws = await EmulatedAws.StartAsync(_commands, Repository.Root, new EmulatorOptions(60) { Host = _address }, TimeProvider.System, Token);
        _parts.Push(Aws);
        Calls = new AwsWire(Aws);
        var registry = await ImageRegistryServer.StartAsync(Token);
        _parts.Push(registry);
        _registry = registry.Address.Authority;
        _parts.Push(new Relay(IPAddress.Parse(_address), registry.Address.Port));
        await PrepareAsync(plugin!, registry.Address);
        Fleet = await InstanceFleet.StartAsync(
            _commands, Aws, new FleetOptions(Repository.Root, _run, _run, _address, registry.Address.Port), TimeProvider.System, Token);
        _parts.Push(Fleet);
    }

    public async ValueTask DisposeAsync()
    {
        Calls?.Dispose();
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    /// <summary>An object of the release bucket.</summary>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content)
    {
        using var s3 = Bucketeer();
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(content.ToArray()) }, Token);
    }

    private async Task<string> NetworkAsync()
    {
        for (var number = 199; ; number--)
        {
            var made = await _commands.TryAsync(
                new Command("docker", "network", "create", "--subnet", $"172.31.{number}.0/24", "--gateway", $"172.31.{number}.1", "--label", $"{FleetOptions.RunLabel}={_run}", _run), Token);
            if (made.Succeeded)
            {
                _parts.Push(new Part(async () => await _commands.RunAsync(new Command("docker", "network", "rm", _run), CancellationToken.None)));
                return $"172.31.{number}.1";
            }

            Assert.True(number > 150, made.Error);
        }
    }

    private async Task PrepareAsync(string plugin, Uri registry)
    {
        using (var s3 = Bucketeer())
        {
            await s3.PutBucketAsync(Bucket, Token);
        }

        var program = await File.ReadAllBytesAsync(plugin, Token);
        var compose = new ComposePlugin("2.26.1", Convert.ToHexStringLower(SHA256.HashData(program)));
        await PutAsync(compose.Key, program);
        var authorities = new CertificateAuthorities(Convert.ToHexStringLower(SHA256.HashData("no authority"u8)));
        await PutAsync(authorities.Key, "no authority"u8.ToArray());
        var docker = new DockerClient(_commands);
        using var images = new LoopbackRegistry(registry);
        var standIn = Path.Combine(Repository.Root, "tests/VectorDb.Build.Tests/Rehearsal/standin");
        var proxy = Path.Combine(Repository.Root, "nginx");
        var built = await new ImageBuilder(docker, TimeProvider.System).BuildAsync(
            [new ImageRecipe("standin", standIn, Path.Combine(standIn, "Dockerfile"), ProxyImage), new ImageRecipe("nginx", proxy, Path.Combine(proxy, "Dockerfile"), ProxyImage)], null, Token);
        var pushed = await new ImagePusher(docker, images, TimeProvider.System).PushAsync(built, Token);
        var references = pushed.Select(image => new ImageReference(image.Image.In(_registry))).ToArray();
        Model = new ReleaseModel
        {
            Environment = "fleet",
            Release = "0123456789ab",
            Commit = new string('c', 40),
            Region = EmulatedAws.Region,
            Account = EmulatedAws.Account,
            AwsEndpoint = Aws.Endpoint.AbsoluteUri.TrimEnd('/'),
            Registry = _registry,
            Bucket = Bucket,
            Images = new ReleaseImageReferences(references[0], references[0], references[0], references[1]),
            Compose = compose,
            Authorities = authorities,
            BalancerNetworks = [$"{_address}/32"],
            Limits = new ServiceLimits(DeregistrationSeconds: 1),
        };
    }

    private AmazonS3Client Bucketeer() => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonS3Config { ServiceURL = Aws.Endpoint.AbsoluteUri, AuthenticationRegion = EmulatedAws.Region, ForcePathStyle = true });

    private sealed class Part(Func<ValueTask> end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => end();
    }
}
