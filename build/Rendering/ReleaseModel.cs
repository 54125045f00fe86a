using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Rendering;

/// <summary>What the files of one release say. Names, digests and hashes: endpoints and secrets are read where they are used.</summary>
internal sealed record ReleaseModel
{
    public required string Environment { get; init; }

    public required string Release { get; init; }

    public required string Commit { get; init; }

    public required string Region { get; init; }

    public required string Account { get; init; }

    /// <summary>An emulator in place of AWS; null for AWS.</summary>
    public string? AwsEndpoint { get; init; }

    /// <summary>Host of the image registry, for the login.</summary>
    public required string Registry { get; init; }

    /// <summary>Bucket of bundles and pinned tools.</summary>
    public required string Bucket { get; init; }

    public required ReleaseImageReferences Images { get; init; }

    public required ComposePlugin Compose { get; init; }

    public required CertificateAuthorities Authorities { get; init; }

    /// <summary>Non-secret settings that the services run with, by name (<c>VECTORDB_...</c>).</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Each of them is read by the instances of its profiles.</summary>
    public required IReadOnlyList<ManagedSecret> Secrets { get; init; }

    /// <summary>Where the load balancer's requests come from: the only addresses whose word on the client is taken.</summary>
    public required IReadOnlyList<string> BalancerNetworks { get; init; }

    public ServiceLimits Limits { get; init; } = new();
}

/// <summary>Images by digest: <c>{registry}/{repository}@sha256:{64 hex digits}</c>.</summary>
internal sealed record ReleaseImageReferences(ImageReference Api, ImageReference Worker, ImageReference Dashboard, ImageReference Nginx);

internal sealed record ImageReference
{
    public ImageReference(string text)
    {
        var at = text.IndexOf("@sha256:", StringComparison.Ordinal);
        var isDigest = at > 0 && text.Length == at + 8 + 64 && text.AsSpan(at + 8).IndexOfAnyExcept("0123456789abcdef") < 0;
        Text = isDigest ? text : throw new RenderingException($"'{text}' names no digest: an image of a release is <repository>@sha256:<64 hex digits>.");
        Digest = text[(at + 1)..];
    }

    public string Text { get; }

    /// <summary><c>sha256:</c> and 64 hexadecimal digits.</summary>
    public string Digest { get; }
}

/// <summary>The pinned Compose plugin in the release bucket.</summary>
/// <param name="Version">For example <c>2.39.4</c>.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
internal sealed record ComposePlugin(string Version, string Sha256)
{
    public string Key => $"{AwsNames.BundlePrefix}docker-compose-{Version}-{Sha256[..12]}";
}

/// <summary>Certificate authorities that containers trust beside the system's, in the release bucket.</summary>
/// <param name="Sha256">64 hexadecimal digits.</param>
internal sealed record CertificateAuthorities(string Sha256)
{
    public string Key => $"{AwsNames.BundlePrefix}ca-{Sha256[..12]}.pem";
}

/// <param name="ApiMemory">As Compose writes it.</param>
/// <param name="WorkerHardSeconds">A job is failed and retried after it.</param>
/// <param name="WorkerSoftSeconds">A job saves its state and makes way after it.</param>
/// <param name="RequestsPerSecond">Of one client address, at the proxy.</param>
/// <param name="DeregistrationSeconds">How long the load balancer may still send to an instance that is to go.</param>
internal sealed record ServiceLimits(
    string ApiMemory = "4g",
    string WorkerMemory = "2g",
    int WorkerHardSeconds = 1800,
    int WorkerSoftSeconds = 1740,
    int RequestsPerSecond = 50,
    int DeregistrationSeconds = 30);
