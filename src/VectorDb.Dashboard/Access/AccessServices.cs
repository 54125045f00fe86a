using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace VectorDb.Dashboard.Access;

/// <summary>Who may see the dashboard: holders of an admin key, or everyone where authentication is off.</summary>
internal static class AccessServices
{
    public const string Policy = "admin";
    public const string LoginLimit = "login";

    private const int LoginAttemptsPerMinute = 10;
    private const string CheckedAt = "checked-at";
    private static readonly TimeSpan Session = TimeSpan.FromHours(12);
    private static readonly TimeSpan RecheckAfter = TimeSpan.FromMinutes(1);

    public static void AddAccess(this IServiceCollection services, bool isOpen)
    {
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "vectordb-dashboard";
            options.Cookie.Path = "/";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = Session;
            options.SlidingExpiration = true;
            options.LoginPath = $"{Routes.Prefix}/login";
            options.AccessDeniedPath = $"{Routes.Prefix}/login";
            options.ReturnUrlParameter = "returnUrl";
            options.Events.OnValidatePrincipal = EndSessionOfRevokedKeyAsync;
        });
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy =>
        {
            if (isOpen)
            {
                policy.RequireAssertion(static _ => true);
            }
            else
            {
                policy.RequireAuthenticatedUser();
            }
        });
        services.AddAntiforgery(static options =>
        {
            options.Cookie.Name = "vectordb-dashboard-form";
            options.Cookie.Path = "/";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.SuppressXFrameOptionsHeader = true;
        });
        services.AddRateLimiter(static options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(LoginLimit, static context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress,
                static _ => new FixedWindowRateLimiterOptions { PermitLimit = LoginAttemptsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });
    }

    public static ClaimsPrincipal Principal(AdminKey key) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, key.Id), new Claim(ClaimTypes.Name, key.Name)],
        CookieAuthenticationDefaults.AuthenticationScheme));

    private static async Task EndSessionOfRevokedKeyAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var seen = context.Properties.GetString(CheckedAt) is { } text
            ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(text))
            : context.Properties.IssuedUtc;
        if (now - seen < RecheckAfter)
        {
            return;
        }

        var id = context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier);
        if (id is null || !await services.GetRequiredService<IAdminKeys>().IsStillValidAsync(id, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
            return;
        }

        context.Properties.SetString(CheckedAt, now.ToUnixTimeSeconds().ToString());
        context.ShouldRenew = true;
    }
}
