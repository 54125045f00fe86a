using System.Net;
using VectorDb.Api.Problems;
using VectorDb.Core.Configuration;

namespace VectorDb.Api.Access;

/// <summary>
/// While no key is asked for, the browser of whoever may reach this address must not be turned against it by a site of somebody else: neither
/// through a name that its owner points here (DNS rebinding), nor by a form or script of its pages.
/// </summary>
internal sealed class SiteMiddleware(RequestDelegate next, ApplicationSettings settings)
{
    private readonly bool _open = settings.Get(Settings.Auth) == AuthKind.Off;

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint()?.Metadata;
        if (!_open || endpoint?.GetMetadata<RequiredScope>() is null || endpoint.GetMetadata<AnyHost>() is not null)
        {
            return next(context);
        }

        var host = context.Request.Host;
        return !IsOfThisNetwork(host.Host)
            ? context.WriteProblemAsync(
                StatusCodes.Status403Forbidden,
                $"Without authentication this answers to localhost, names without a dot and IP addresses, not to '{host.Host}'; {Settings.Auth.Name}=apikey lifts that.")
            : Changes(context.Request.Method) && context.Request.Headers.Origin.ToString() is { Length: > 0 } origin && !IsOf(origin, host)
                ? context.WriteProblemAsync(
                    StatusCodes.Status403Forbidden, $"Without authentication pages of '{origin}' may change nothing here; {Settings.Auth.Name}=apikey lifts that.")
                : next(context);
    }

    // Nobody on the internet owns a name without a dot: such are those of containers and machines near by. HTTP/1.0 may send none.
    internal static bool IsOfThisNetwork(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);

    private static bool Changes(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    // A proxy may have left the port away.
    private static bool IsOf(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is not { } port || port == page.Port);
}

/// <summary>An endpoint that answers whatever name it is asked by.</summary>
internal sealed record AnyHost;
