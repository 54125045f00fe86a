using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Security;

namespace VectorDb.Dashboard.Access;

/// <summary>Who may see the dashboard: holders of an admin key, or everyone where authentication is off.</summary>
internal static class AccessServices
{
    public const string Policy = "admin";
    public const string LoginLimit = "login";

    private const int LoginAttemptsPerMinute = 10;
    private static readonly TimeSpan Session = TimeSpan.FromHours(12);

    public static void AddAccess(this IServiceCollection services, ApplicationSettings settings)
    {
        var isOpen = settings.Get(Settings.Auth) == AuthKind.Off;
        services.AddSingleton<ApiKeyRing>();
        services.AddSingleton<SiteCheck>();
        services.AddSharedKeys(settings, static provider => provider.GetRequiredService<IConnectionMultiplexer>());
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

    public static ClaimsPrincipal Principal(ApiKey key) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, key.Id), new Claim(ClaimTypes.Name, key.Name)],
        CookieAuthenticationDefaults.AuthenticationScheme));

    private static Task EndSessionOfRevokedKeyAsync(CookieValidatePrincipalContext context)
    {
        var id = context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier);
        if (id is null || context.HttpContext.RequestServices.GetRequiredService<ApiKeyRing>().FindById(id) is not { Scope: Scope.Admin })
        {
            context.RejectPrincipal();
        }

        return Task.CompletedTask;
    }
}
