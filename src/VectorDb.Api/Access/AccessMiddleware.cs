using Microsoft.AspNetCore.Http.Features;
using VectorDb.Api.Problems;
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

/// <summary>Lets through who has the scope that the endpoint needs: 401 without a known key, 403 with too small a one.</summary>
internal sealed class AuthoriseMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var caller = context.Features.GetRequiredFeature<Caller>();
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>()?.Scope is not { } needed || caller.Scope >= needed)
        {
            return next(context);
        }

        if (caller.Scope is { } has)
        {
            return context.WriteProblemAsync(
                StatusCodes.Status403Forbidden, $"This key may {Word(has)}; the call needs one that may {Word(needed)}.");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.WriteProblemAsync(
            StatusCodes.Status401Unauthorized,
            caller.ShowedKey ? "This API key is not known here." : "Send an API key: Authorization: Bearer <key>, or X-Api-Key: <key>.");
    }

    private static string Word(Scope scope) => scope switch
    {
        Scope.Read => "read",
        Scope.Write => "read and write",
        _ => "administer",
    };
}
