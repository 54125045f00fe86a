using System.Net;
using Microsoft.AspNetCore.Http;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Security;

/// <summary>
/// While no key is asked for, the browser of whoever may reach this address must not be turned against it by a site of somebody else: neither
/// through a name that its owner points here (DNS rebinding), nor by a form or script of its pages.
/// </summary>
public sealed class SiteCheck(ApplicationSettings settings)
{
    private readonly bool _open = settings.Get(Settings.Auth) == AuthKind.Off;

    /// <returns>Why the request may come from such a site; null when it does not, or has to show who it is anyway.</returns>
    public string? Refusal(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_open)
        {
            return null;
        }

        var host = request.Host;
        return !IsOfThisNetwork(host.Host)
            ? $"Without authentication this answers to localhost, names without a dot and IP addresses, not to '{host.Host}'; {Settings.Auth.Name}=apikey lifts that."
            : Changes(request.Method) && request.Headers.Origin.ToString() is { Length: > 0 } origin && !IsOf(origin, host)
                ? $"Without authentication pages of '{origin}' may change nothing here; {Settings.Auth.Name}=apikey lifts that."
                : null;
    }

    // Nobody on the internet owns a name without a dot: such are those of containers and machines near by. HTTP/1.0 may send none.
    private static bool IsOfThisNetwork(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);

    private static bool Changes(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    // A proxy may have left the port away.
    private static bool IsOf(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is not { } port || port == page.Port);
}
