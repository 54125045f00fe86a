using Microsoft.AspNetCore.Http.Features;

namespace VectorDb.Api.Problems;

/// <summary>
/// Refuses a path with a segment of one or two dots, escaped or not. The server decodes the path and then removes such segments, so that
/// what was meant for a record would reach the collection above it.
/// </summary>
internal sealed class DotSegmentMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        HasDotSegment(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "")
            ? throw new RequestException(StatusCodes.Status400BadRequest, "The path has a segment '.' or '..', which names nothing here.")
            : next(context);

    internal static bool HasDotSegment(string target)
    {
        var end = target.AsSpan().IndexOfAny('?', '#');
        var path = target.AsSpan(0, end < 0 ? target.Length : end);
        foreach (var segment in path.Split('/'))
        {
            if (path[segment] is { Length: >= 1 and <= 6 } text && Uri.UnescapeDataString(text) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
