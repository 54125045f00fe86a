using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Core.Security;
using VectorDb.Dashboard.Layout;

namespace VectorDb.Dashboard.Access;

internal static partial class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", (HttpContext context, Frames frames, string? returnUrl) =>
            Page(frames.For(context), returnUrl, refused: null, StatusCodes.Status200OK)).AllowAnonymous();
        // For a proxy that asks before it lets anyone through (nginx's auth_request).
        routes.MapGet("/session", async (HttpContext context, IAuthorizationService authorization) =>
            (await authorization.AuthorizeAsync(context.User, AccessServices.Policy)).Succeeded ? Results.NoContent() : Results.Unauthorized());
        routes.MapPost("/login", LogInAsync).AllowAnonymous().RequireRateLimiting(AccessServices.LoginLimit).ValidateAntiforgery();
        routes.MapPost("/logout", (Delegate)LogOutAsync).AllowAnonymous().ValidateAntiforgery();
    }

    private static async Task<IResult> LogInAsync(
        HttpContext context, Frames frames, ApiKeyRing keys, ILogger<Frames> log, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var returnUrl = form["returnUrl"].ToString();
        if (keys.Find(form["key"].ToString().Trim()) is not { Scope: Scope.Admin } key)
        {
            LogRefused(log, context.Connection.RemoteIpAddress);
            var refused = "This is not a valid key with the scope admin.";
            return Page(frames.For(context), returnUrl, refused, StatusCodes.Status401Unauthorized);
        }

        LogLoggedIn(log, key.Name, context.Connection.RemoteIpAddress);
        await context.SignInAsync(AccessServices.Principal(key), new AuthenticationProperties { IsPersistent = false });
        return new SeeOther(IsLocal(returnUrl) ? returnUrl : Routes.Root(context) + "/");
    }

    private static async Task<IResult> LogOutAsync(HttpContext context)
    {
        await context.SignOutAsync();
        return new SeeOther(Routes.Root(context) + "/login");
    }

    private static RazorComponentResult<LoginPage> Page(Frame frame, string? returnUrl, string? refused, int status) =>
        new(new { Frame = frame, ReturnUrl = returnUrl, Refused = refused }) { StatusCode = status };

    /// <summary>A path on this site, never another site's address in disguise (<c>//host</c>, <c>/\host</c>).</summary>
    internal static bool IsLocal(string url) =>
        url.StartsWith('/') && (url.Length == 1 || url[1] is not ('/' or '\\')) && !url.Any(char.IsControl);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Login refused for {Address}")]
    private static partial void LogRefused(ILogger log, System.Net.IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} logged in from {Address}")]
    private static partial void LogLoggedIn(ILogger log, string key, System.Net.IPAddress? address);
}
