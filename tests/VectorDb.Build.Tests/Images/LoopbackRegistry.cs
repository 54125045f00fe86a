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

    public string? ScanStatus { get; init; } = "COMPLETE";

    public IReadOnlyDictionary<string, int> Findings { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

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
            : new RegistryImage(answer.Headers.GetValues("Docker-Content-Digest").Single(), [tag], 0, ScanStatus, Findings);
    }

    public void Dispose() => _http.Dispose();
}
