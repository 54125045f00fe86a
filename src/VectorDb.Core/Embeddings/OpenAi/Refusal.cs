using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace VectorDb.Core.Embeddings.OpenAi;

internal enum RefusalKind
{
    /// <summary>Rate limit: ask again later.</summary>
    Throttled,

    /// <summary>The account is out of quota: asking again costs and brings nothing.</summary>
    QuotaExhausted,

    /// <summary>Something in the request: half of it may be fine.</summary>
    BadRequest,

    /// <summary>The key, the model or the address is wrong: a person must act.</summary>
    Misconfigured,

    /// <summary>The service or the way to it failed: ask again later.</summary>
    Broken,
}

/// <summary>Why a request failed, and how long the service asks to be left alone.</summary>
/// <param name="Wait">The longest that any header asks for; zero when none does.</param>
/// <param name="IsLimitReached">Refused because no request or token is left: everyone has to wait, not only this request.</param>
internal sealed partial record Refusal(RefusalKind Kind, string Message, TimeSpan Wait, bool IsLimitReached)
{
    /// <summary>The service has too much to do, whoever asks: whether our own limit happens to be reached too is beside the point.</summary>
    private const string Overloaded = "engine_overloaded";

    /// <summary>However long the service asks for, it is asked again after an hour.</summary>
    private const double MostSeconds = 3_600;

    /// <summary>A shorter key is no secret (a service of one's own takes any), and stands in ordinary words.</summary>
    private const int ShortestKey = 8;

    /// <param name="keys">Those that the service may have been asked with: some services and proxies repeat the key in their answer, and it must not go on from here.</param>
    public static Refusal Of(Exception exception, params ReadOnlySpan<string?> keys)
    {
        var refusal = Read(exception);
        foreach (var key in keys)
        {
            if (key is { Length: >= ShortestKey })
            {
                refusal = refusal with { Message = refusal.Message.Replace(key, "***", StringComparison.Ordinal) };
            }
        }

        return refusal;
    }

    internal static TimeSpan Duration(string? text)
    {
        if (text is null)
        {
            return TimeSpan.Zero;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            seconds = DurationPart().Matches(text).Sum(static part =>
                double.Parse(part.Groups["amount"].ValueSpan, CultureInfo.InvariantCulture) * part.Groups["unit"].Value switch
                {
                    "ms" => 0.001,
                    "s" => 1,
                    "m" => 60,
                    _ => 3_600,
                });
        }

        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MostSeconds));
    }

    private static Refusal Read(Exception exception) => exception switch
    {
        ClientResultException { Status: > 0 } answer => Read(answer),
        AggregateException { InnerException: { } inner } => Read(inner),
        _ => new Refusal(RefusalKind.Broken, exception.GetBaseException().Message, TimeSpan.Zero, IsLimitReached: false),
    };

    private static Refusal Read(ClientResultException exception)
    {
        var response = exception.GetRawResponse();
        var (code, message) = ReadError(response);
        var kind = exception.Status switch
        {
            429 when code == "insufficient_quota" => RefusalKind.QuotaExhausted,
            429 => RefusalKind.Throttled,
            400 or 413 or 422 => RefusalKind.BadRequest,
            401 or 403 or 404 => RefusalKind.Misconfigured,
            _ => RefusalKind.Broken,
        };
        var (wait, reached) = ReadWait(response?.Headers);
        return new Refusal(kind, $"{exception.Status}: {message ?? exception.Message}", wait, reached && kind == RefusalKind.Throttled && code != Overloaded);
    }

    private static (TimeSpan Wait, bool LimitReached) ReadWait(PipelineResponseHeaders? headers)
    {
        string? Header(string name) => headers is not null && headers.TryGetValue(name, out var value) ? value : null;
        var wait = Max(Duration(Header("retry-after")), Duration(Header("retry-after-ms") is { } ms ? ms + "ms" : null));
        var reached = false;
        foreach (var what in (string[])["requests", "tokens"])
        {
            // A reset says when the whole budget is back; it only matters when nothing of it is left.
            if (Header($"x-ratelimit-remaining-{what}") == "0")
            {
                wait = Max(wait, Duration(Header($"x-ratelimit-reset-{what}")));
                reached = true;
            }
        }

        return (wait, reached);
    }

    private static (string? Code, string? Message) ReadError(PipelineResponse? response)
    {
        try
        {
            using var body = JsonDocument.Parse(response?.Content.ToMemory() ?? default);
            var error = body.RootElement.GetProperty("error");
            return (Text(error, "code") ?? Text(error, "type"), Text(error, "message"));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, null);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    [GeneratedRegex(@"(?<amount>\d+(\.\d+)?)(?<unit>ms|s|m|h)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DurationPart();
}
