using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorDb.Build.SmokeTest;

/// <summary>Asks the API, and turns every answer that is not the expected one into a failure with the answer's body.</summary>
internal sealed class SmokeClient(HttpClient http, SmokeTarget target)
{
    private const int BodyShown = 2_000;

    /// <summary>The step and service that a failure is put down to.</summary>
    public (string Step, string Service) Now { get; set; }

    public Task<JsonNode?> GetAsync(string path, HttpStatusCode expected, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, content: null, [expected], cancellationToken);

    public Task<JsonNode?> DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, content: null, [HttpStatusCode.NoContent, HttpStatusCode.OK], cancellationToken);

    public Task<JsonNode?> SendJsonAsync(HttpMethod method, string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(method, path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), [HttpStatusCode.OK, HttpStatusCode.Created], cancellationToken);

    public Task<JsonNode?> UploadAsync(string path, string csv, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, new StringContent(csv, Encoding.UTF8, "text/csv"), [HttpStatusCode.Accepted], cancellationToken);

    /// <summary>Any page that a browser would show: the dashboard may ask for a login.</summary>
    public Task OpenPageAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, content: null, [HttpStatusCode.OK, HttpStatusCode.Redirect, HttpStatusCode.SeeOther, HttpStatusCode.Unauthorized], cancellationToken);

    public SmokeTestFailedException Failure(string reason, string? request = null, string? body = null, Exception? cause = null) =>
        new(Now.Step, Now.Service, reason, request, body is { Length: > BodyShown } ? body[..BodyShown] + " ..." : body, cause);

    private async Task<JsonNode?> SendAsync(
        HttpMethod method, string path, HttpContent? content, HttpStatusCode[] expected, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, new Uri(target.BaseUrl, path)) { Content = content };
        if (target.ApiKey is { } key)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        var request = $"{method} {message.RequestUri}";
        try
        {
            using var response = await http.SendAsync(message, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!expected.Contains(response.StatusCode))
            {
                throw Failure($"{request} answered {(int)response.StatusCode}, not {string.Join(" or ", expected.Select(code => (int)code))}.", request, body);
            }

            return response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? Parse(request, body) : null;
        }
        catch (HttpRequestException failure)
        {
            throw Failure($"{request} got no answer: {failure.Message}.", request, cause: failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"{request} got no answer within {http.Timeout.TotalSeconds:0} s.", request, cause: failure);
        }
    }

    private JsonNode? Parse(string request, string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException failure)
        {
            throw Failure($"{request} answered what is not JSON.", request, body, failure);
        }
    }
}
