using System.Net;
using System.Text.Json.Nodes;

namespace VectorDb.Build.SmokeTest;

/// <summary>What a load balancer in front must do: HTTPS alone, headers that browsers obey, and every instance of the release behind it.</summary>
internal sealed class BalancerProof(HttpClient http, SmokeClient client, SmokeTarget target, SmokeBalancer balancer, TimeProvider time)
{
    private const string HealthPath = "/api/v1/health";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static readonly string[] Demanded = ["Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"];

    /// <summary>Plain HTTP is answered by a permanent redirect to the same place on HTTPS, and by nothing else.</summary>
    public async Task RedirectAsync(CancellationToken cancellationToken)
    {
        var plain = new UriBuilder(new Uri(target.BaseUrl, HealthPath)) { Scheme = Uri.UriSchemeHttp, Port = 80 }.Uri;
        using var response = await GetAsync(plain, cancellationToken);
        // A relative address would stay on plain HTTP.
        if (response.StatusCode != HttpStatusCode.MovedPermanently
            || response.Headers.Location is not { IsAbsoluteUri: true, Scheme: "https" } location || location.Host != target.BaseUrl.Host || location.AbsolutePath != HealthPath)
        {
            throw client.Failure($"GET {plain} answered {(int)response.StatusCode} to {response.Headers.Location}, not 301 to https://{target.BaseUrl.Host}{HealthPath}.", $"GET {plain}");
        }
    }

    /// <summary>The handshake itself has checked name, chain and dates.</summary>
    public async Task HeadersAsync(CancellationToken cancellationToken)
    {
        using var response = await GetAsync(new Uri(target.BaseUrl, HealthPath), cancellationToken);
        var missing = Demanded.Where(name => !response.Headers.Contains(name)).ToList();
        if (missing.Count > 0)
        {
            throw client.Failure($"the answer lacks {string.Join(", ", missing)}.", $"GET {HealthPath}");
        }
    }

    /// <summary>Asks until every instance in service has answered with the right release and the right bytes; one wrong answer fails.</summary>
    public async Task EveryInstanceAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (balancer.Instances.Count == 0)
        {
            throw client.Failure("no instance is in service behind the load balancer.");
        }

        var open = balancer.Instances.ToHashSet(StringComparer.Ordinal);
        var start = time.GetTimestamp();
        while (open.Count > 0)
        {
            var health = await client.GetAsync(HealthPath, HttpStatusCode.OK, cancellationToken);
            Check(health);
            if ((string?)health?["instance"] is { } instance)
            {
                open.Remove(instance);
            }

            if (open.Count > 0 && time.GetElapsedTime(start) > patience)
            {
                throw client.Failure($"no answer of {string.Join(", ", open)} within {patience.TotalSeconds:0} s.", $"GET {HealthPath}", health?.ToJsonString());
            }

            if (open.Count > 0)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private void Check(JsonNode? health)
    {
        if (target.Release is { } release && (string?)health?["release"] != release.Value)
        {
            throw client.Failure($"release {health?["release"]} answers, not {release}.", $"GET {HealthPath}", health?.ToJsonString());
        }

        if (balancer.ImageDigest is { } digest && (string?)health?["imageDigest"] != digest)
        {
            throw client.Failure($"image {health?["imageDigest"]} answers, not {digest}.", $"GET {HealthPath}", health?.ToJsonString());
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await http.GetAsync(address, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw client.Failure($"GET {address} got no answer: {failure.InnerException?.Message ?? failure.Message}.", $"GET {address}", cause: failure);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw client.Failure($"GET {address} got no answer within {http.Timeout.TotalSeconds:0} s.", $"GET {address}", cause: late);
        }
    }
}
