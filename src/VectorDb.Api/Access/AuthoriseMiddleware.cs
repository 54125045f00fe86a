using Microsoft.AspNetCore.Http.Features;
using VectorDb.Api.Problems;
using VectorDb.Core.Security;

namespace VectorDb.Api.Access;

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
