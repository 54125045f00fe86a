using VectorDb.Core.Configuration;
using VectorDb.Core.Security;

namespace VectorDb.Api.Access;

/// <summary>Tells who the caller is, from <c>Authorization: Bearer</c> or <c>X-Api-Key</c>.</summary>
internal sealed class IdentifyMiddleware(RequestDelegate next, ApplicationSettings settings, ApiKeyRing keys)
{
    private const string BearerPrefix = "Bearer ";
    private readonly bool _open = settings.Get(Settings.Auth) == AuthKind.Off;

    public Task InvokeAsync(HttpContext context)
    {
        var shown = Shown(context.Request.Headers);
        var key = shown is null || _open ? null : keys.Find(shown);
        var partition = key?.Id ?? context.Connection.RemoteIpAddress?.ToString() ?? "local";
        context.Features.Set(new Caller(partition, _open ? Scope.Admin : key?.Scope, shown is not null));
        return next(context);
    }

    private static string? Shown(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? authorization[BearerPrefix.Length..].Trim()
            : headers.TryGetValue("X-Api-Key", out var key) ? key.ToString() : null;
    }
}
