using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Core.Hosting;

/// <summary>Takes the caller's <c>X-Request-Id</c> or makes one, returns it, and puts it on every log line of the request.</summary>
public sealed class RequestIds(RequestDelegate next, ILogger<RequestIds> log)
{
    public const string Header = "X-Request-Id";

    private const int LongestAccepted = 128;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(Header, out var given) && given.ToString() is var id && IsAcceptable(id))
        {
            context.TraceIdentifier = id;
        }

        context.Response.Headers[Header] = context.TraceIdentifier;
        using (log.BeginRequest(context.TraceIdentifier))
        {
            await next(context);
        }
    }

    private static bool IsAcceptable(string id) =>
        id.Length is > 0 and <= LongestAccepted
        && !id.AsSpan().ContainsAnyExcept("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.:=/+");
}
