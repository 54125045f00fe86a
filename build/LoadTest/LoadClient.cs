using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using VectorDb.Build.ApiKeys;

namespace VectorDb.Build.LoadTest;

/// <summary>
/// Sends the mixture of requests: of ten, seven searches, two health checks and one small upsert. Records and queries carry vectors, so
/// that no embeddings are bought; they go to a collection of the test's own.
/// </summary>
internal sealed class LoadClient : IDisposable
{
    private const int Dimension = 16;
    private const int Records = 200;
    private const string Collections = "/api/v1/collections";

    private readonly LoadTarget _target;
    private readonly TimeSpan _limit;
    private readonly HttpClient _http;
    private readonly string _name = $"load-{Guid.NewGuid():N}";

    /// <param name="handler">Carries the requests; left alone afterwards.</param>
    public LoadClient(LoadTarget target, TimeSpan limit, HttpMessageHandler handler)
    {
        (_target, _limit) = (target, limit);
        _http = new HttpClient(handler, disposeHandler: false) { BaseAddress = target.BaseUrl, Timeout = limit };
        // A firewall's common rules refuse who does not say what it is.
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("vectordb-load-test");
    }

    private string Collection => $"{Collections}/{_name}";

    /// <exception cref="LoadTestException">There is nothing to put under load.</exception>
    public async Task MakeCollectionAsync(CancellationToken cancellationToken)
    {
        await DemandAsync(HttpMethod.Post, Collections, new JsonObject { ["name"] = _name, ["dimension"] = Dimension }, cancellationToken);
        var records = Enumerable.Range(0, Records).Select(number => (JsonNode)Record(number));
        await DemandAsync(HttpMethod.Put, $"{Collection}/records", new JsonObject { ["records"] = new JsonArray([.. records]) }, cancellationToken);
    }

    public Task RemoveCollectionAsync(CancellationToken cancellationToken) => DemandAsync(HttpMethod.Delete, Collection, null, cancellationToken);

    /// <param name="number">The how-manieth request; decides which one it is.</param>
    /// <returns>Null, or what went wrong and what the answer said.</returns>
    public async Task<(string Kind, string Answer)?> SendAsync(long number)
    {
        var (name, method, path, body) = (number % 10) switch
        {
            0 or 5 => ("health", HttpMethod.Get, "/api/v1/health", null),
            9 => ("upsert", HttpMethod.Put, $"{Collection}/records", new JsonObject { ["records"] = new JsonArray(Record((int)(number % Records))) }),
            _ => ("search", HttpMethod.Post, $"{Collection}/search", new JsonObject { ["vector"] = Vector((int)(number % 997)), ["topK"] = 10 }),
        };
        return await TryAsync(method, path, body, CancellationToken.None) is var (reason, answer) ? ($"{name}: {reason}", answer) : null;
    }

    public void Dispose() => _http.Dispose();

    private async Task DemandAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        if (await TryAsync(method, path, body, cancellationToken) is var (reason, answer))
        {
            throw new LoadTestException($"{method} {new Uri(_target.BaseUrl, path)}: {reason}{(answer.Length > 0 ? $", {answer}" : "")}. Is this the address of the API, and is {ApiKey.Variable} a key that may write?");
        }
    }

    private async Task<(string Reason, string Answer)?> TryAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        request.Headers.Authorization = _target.ApiKey is { } key ? new AuthenticationHeaderValue("Bearer", key) : null;
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? null : (((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"no answer in {_limit.TotalSeconds:0.#} s"), "");
        }
        catch (HttpRequestException failure)
        {
            return (ReasonOf(failure), "");
        }
        catch (IOException failure)
        {
            return ($"connection lost ({failure.Message})", "");
        }
    }

    private static string ReasonOf(HttpRequestException failure) => failure switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        { HttpRequestError: HttpRequestError.NameResolutionError } => "name does not resolve",
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "no secure connection",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "connection closed before the answer",
        _ => failure.Message.TrimEnd('.'),
    };

    private static JsonObject Record(int number) => new()
    {
        ["id"] = $"r{number}",
        ["vector"] = Vector(number),
        ["metadata"] = new JsonObject { ["number"] = number },
    };

    // The same number has the same vector, and no two of them point the same way.
    private static JsonArray Vector(int number) => [.. Enumerable.Range(1, Dimension).Select(axis => (JsonNode)(float)Math.Sin((number + 1) * axis * 0.7))];
}

/// <summary>The load test could not begin.</summary>
internal sealed class LoadTestException(string message) : Exception(message);
