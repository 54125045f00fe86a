using System.Text.Json;

namespace VectorDb.LocalHost.Supervision;

/// <summary>Asks a service whether it can serve, and as which release.</summary>
internal sealed class HealthProbe(HttpMessageInvoker client)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <returns>Null when it is healthy, else the reason why not.</returns>
    public async Task<string?> AskAsync(int port, string release, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/health");
        try
        {
            using var response = await client.SendAsync(request, limit.Token);
            if (!response.IsSuccessStatusCode)
            {
                return $"/health answers {(int)response.StatusCode}";
            }

            var health = await response.Content.ReadFromJsonAsync<Answer>(limit.Token);
            return health?.Release == release ? null : $"/health names release '{health?.Release}' instead of '{release}'";
        }
        catch (HttpRequestException exception)
        {
            return $"/health: {exception.Message}";
        }
        catch (JsonException)
        {
            return "/health answers something that is not its JSON document";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"/health does not answer within {Limit.TotalSeconds:0} s";
        }
    }

    private sealed record Answer(string? Release);
}
