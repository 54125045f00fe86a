using System.Net;
using System.Net.Http.Headers;
using System.Text;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Images;

/// <summary>A registry by its own HTTP API.</summary>
/// <remarks>
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md; logins as
/// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry-auth-http has them.
/// </remarks>
/// <param name="network">Carries the calls.</param>
internal sealed class RegistryApi(HttpMessageHandler network, RegistryLogin login) : IDisposable
{
    private readonly HttpClient _http = new(network, disposeHandler: false)
    {
        BaseAddress = login.ProxyEndpoint,
        // A layer takes as long as it takes; whoever calls has a token.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}"))) },
    };

    public string Host => login.ProxyEndpoint.Authority;

    /// <exception cref="InvalidOperationException">The registry has it no more, or other bytes.</exception>
    /// <exception cref="HttpRequestException">It refused.</exception>
    public async Task<ImageManifest> ManifestAsync(string repository, string digest, CancellationToken cancellation)
    {
        using var request = Asking(HttpMethod.Get, $"v2/{repository}/manifests/{digest}");
        using var answer = await _http.SendAsync(request, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            throw new InvalidOperationException($"{Host} does not have {repository}@{digest} any more.");
        }

        EnsureSuccess(answer);
        return ImageManifest.Read(await answer.Content.ReadAsByteArrayAsync(cancellation), answer.Content.Headers.ContentType!.MediaType!, digest);
    }

    public Task<bool> HasManifestAsync(string repository, string digest, CancellationToken cancellation) => HasAsync($"v2/{repository}/manifests/{digest}", cancellation);

    public Task<bool> HasBlobAsync(string repository, string digest, CancellationToken cancellation) => HasAsync($"v2/{repository}/blobs/{digest}", cancellation);

    /// <summary>Brings a blob from another registry, as it comes.</summary>
    public async Task TakeBlobAsync(RegistryApi source, string repository, string digest, CancellationToken cancellation)
    {
        using var blob = await source._http.GetAsync($"v2/{repository}/blobs/{digest}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        EnsureSuccess(blob);
        using var begun = EnsureSuccess(await _http.PostAsync($"v2/{repository}/blobs/uploads/", content: null, cancellation));
        var place = new Uri(login.ProxyEndpoint, begun.Headers.Location!);
        using var content = new StreamContent(await blob.Content.ReadAsStreamAsync(cancellation));
        content.Headers.ContentLength = blob.Content.Headers.ContentLength;
        content.Headers.ContentType = new("application/octet-stream");
        using var stored = await _http.PutAsync($"{place}{(place.Query.Length == 0 ? '?' : '&')}digest={Uri.EscapeDataString(digest)}", content, cancellation);
        EnsureSuccess(stored);
    }

    /// <param name="reference">Tag or digest.</param>
    public async Task PutManifestAsync(string repository, string reference, ImageManifest manifest, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(manifest.Bytes);
        content.Headers.ContentType = new(manifest.MediaType);
        using var stored = await _http.PutAsync($"v2/{repository}/manifests/{reference}", content, cancellation);
        EnsureSuccess(stored);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Asking(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var type in ImageManifest.MediaTypes)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        return request;
    }

    private async Task<bool> HasAsync(string path, CancellationToken cancellation)
    {
        using var answer = await _http.SendAsync(Asking(HttpMethod.Head, path), cancellation);
        return answer.StatusCode != HttpStatusCode.NotFound && EnsureSuccess(answer).IsSuccessStatusCode;
    }

    private static HttpResponseMessage EnsureSuccess(HttpResponseMessage answer) => answer.IsSuccessStatusCode
        ? answer
        : throw new HttpRequestException(
            $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.GetLeftPart(UriPartial.Path)} was answered with {(int)answer.StatusCode}", inner: null, answer.StatusCode);
}
