using VectorDb.Api.Problems;
using VectorDb.Core.Security;

namespace VectorDb.Api.Access;

/// <summary>While no key is asked for, refuses what another site's page sent through somebody's browser; calls marked with <see cref="AnyHost"/> are open to all.</summary>
internal sealed class SiteMiddleware(RequestDelegate next, SiteCheck site)
{
    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint()?.Metadata;
        return endpoint?.GetMetadata<RequiredScope>() is not null && endpoint.GetMetadata<AnyHost>() is null && site.Refusal(context.Request) is { } refusal
            ? context.WriteProblemAsync(StatusCodes.Status403Forbidden, refusal)
            : next(context);
    }
}

/// <summary>An endpoint that answers whatever name it is asked by.</summary>
internal sealed record AnyHost;
