namespace VectorDb.Core.Hosting;

/// <summary>Asks a running service on this machine for its health.</summary>
internal static class Probe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <param name="url">What to ask; null for <c>/health</c> at the first of ASPNETCORE_URLS.</param>
    /// <returns>0 for a success status, else 1, with the reason on standard error.</returns>
    public static async Task<int> RunAsync(string? url, CancellationToken cancellationToken)
    {
        var target = url ?? DefaultUrl(Environment.GetEnvironmentVariable("ASPNETCORE_URLS"));
        using var http = new HttpClient { Timeout = Limit };
        try
        {
            using var answer = await http.GetAsync(new Uri(target), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync($"{target} answered {(int)answer.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            await Console.Error.WriteLineAsync($"{target}: {exception.Message}");
        }

        return 1;
    }

    internal static string DefaultUrl(string? addresses)
    {
        var first = addresses?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "http://localhost:5000";
        var reachable = first.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
        return reachable.TrimEnd('/') + "/health";
    }
}
