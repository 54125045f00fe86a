using Microsoft.AspNetCore.WebUtilities;
using VectorDb.Api.Json;
using VectorDb.Core.Hosting;

namespace VectorDb.Api.Problems;

/// <summary>Writes problem details.</summary>
internal static class ProblemResponses
{
    private const string ContentType = "application/problem+json";

    public static Task WriteProblemAsync(
        this HttpContext context, int status, string? detail, IReadOnlyDictionary<string, string[]>? errors = null, TimeSpan? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        // A request that ran out of time had its headers cleared.
        context.Response.Headers[RequestIds.Header] = context.TraceIdentifier;
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString();
        }

        var problem = new Problem(
            "about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail, context.Request.Path, context.TraceIdentifier, errors);
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Default.Problem, ContentType, context.RequestAborted);
    }
}
