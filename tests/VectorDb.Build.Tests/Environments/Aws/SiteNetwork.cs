using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using VectorDb.Build.SmokeTest;
using VectorDb.Build.Tests.SmokeTest;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>
/// What stands between a smoke test and the emulated instances: each request goes to the next web instance in service, which answers
/// as the release that its user data names.
/// </summary>
/// <param name="digests">Of the API's image, by release.</param>
internal sealed class SiteNetwork(AwsSite site, SampleApi api, IReadOnlyDictionary<string, string> digests) : ISmokeNetwork
{
    public HttpMessageHandler Open(SmokeTarget target) => new Balancer(site, api, digests) { InnerHandler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false } };

    private sealed class Balancer(AwsSite site, SampleApi api, IReadOnlyDictionary<string, string> digests) : DelegatingHandler
    {
        private int _turn;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.RequestUri!;
            if (asked.Scheme == Uri.UriSchemeHttp)
            {
                return new HttpResponseMessage(HttpStatusCode.MovedPermanently) { Headers = { Location = new UriBuilder(asked) { Scheme = "https", Port = 443 }.Uri } };
            }

            var serving = await site.Boots.ServingAsync("web");
            if (serving.Count == 0)
            {
                return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            }

            var machine = serving[_turn++ % serving.Count];
            api.Release = () => machine.Release;
            request.RequestUri = new Uri(api.Url, asked.PathAndQuery);
            var answer = await base.SendAsync(request, cancellationToken);
            foreach (var header in new[] { "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy" })
            {
                answer.Headers.Add(header, "as nginx gives it");
            }

            if (asked.AbsolutePath == "/api/v1/health")
            {
                var health = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
                (health["instance"], health["imageDigest"]) = (machine.Id, digests.GetValueOrDefault(machine.Release));
                answer.Content = new StringContent(health.ToJsonString(), Encoding.UTF8, "application/json");
            }

            return answer;
        }
    }
}
