using System.Net;
using System.Net.Http.Headers;
using VectorDb.Build.Aws;
using VectorDb.Build.Images;

namespace VectorDb.Build.Tests.Images;

/// <summary>A real registry asked by its own HTTP API, in the place of ECR's.</summary>
internal sealed class LoopbackRegistry(Uri address) : IImageRegistry, IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    public int Logins { get; private set; }

    private Queue<ImageScan?> _scans = new([new ImageScan("COMPLETE", null, new Dictionary<string, int>(StringComparer.Ordinal))]);

    /// <param name="address">Of the registry.</param>
    /// <param name="scans">What it says of every image's scan, look by look; the last for good.</param>
    public static LoopbackRegistry Saying(Uri address, params ImageScan?[] scans) => new(address) { _scans = new Queue<ImageScan?>(scans) };

    public Task<RegistryLogin> LogInAsync(CancellationToken cancellation)
    {
        Logins++;
        return Task.FromResult(new RegistryLogin(address, "AWS", "canary-password", DateTimeOffset.MaxValue));
    }

    public async Task<RegistryImage?> FindAsync(string repository, string tag, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"v2/{repository}/manifests/{tag}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.docker.distribution.manifest.v2+json"));
        using var answer = await _http.SendAsync(request, cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : new RegistryImage(answer.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single());
    }

    public async Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellation) =>
        await FindAsync(repository, digest, cancellation) is null ? null : _scans.Count > 1 ? _scans.Dequeue() : _scans.Peek();

    public Task StartScanAsync(string repository, string digest, CancellationToken cancellation) => Task.CompletedTask;

    public void Dispose() => _http.Dispose();
}
