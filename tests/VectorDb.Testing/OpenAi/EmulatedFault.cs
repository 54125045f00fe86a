using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace VectorDb.Testing.OpenAi;

/// <summary>An error as OpenAI words it.</summary>
public sealed record EmulatedFault(int Status, string Code, string Message)
{
    public TimeSpan? RetryAfter { get; init; }

    public static EmulatedFault ServerError() => new(500, "server_error", "The server had an error while processing your request.");

    public static EmulatedFault BadRequest(string message) => new(400, "invalid_request_error", message);

    public static EmulatedFault Unauthorized() => new(401, "invalid_api_key", "Incorrect API key provided.");

    public static EmulatedFault QuotaExhausted() => new(429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.");

    /// <summary>429 although the own limit is not reached.</summary>
    public static EmulatedFault Overloaded() => new(429, "engine_overloaded", "The engine is currently overloaded, please try again later.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static EmulatedFault RateLimit(TimeSpan retryAfter) => new(429, "rate_limit_exceeded", "Rate limit reached for requests.") { RetryAfter = retryAfter };

    internal async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (RetryAfter is { } wait)
        {
            context.Response.Headers["retry-after-ms"] = Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.WriteAsJsonAsync(new { error = new { message = Message, type = Code, code = Code } }, context.RequestAborted);
    }
}
