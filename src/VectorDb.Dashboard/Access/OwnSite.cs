using VectorDb.Core.Security;

namespace VectorDb.Dashboard.Access;

internal static class OwnSite
{
    /// <summary>Keeps sites of other people away from every page while nobody has to log in. Health is not a page: a balancer asks by any name.</summary>
    public static void UseOwnSiteOnly(this WebApplication app)
    {
        var site = app.Services.GetRequiredService<SiteCheck>();
        app.Use((context, next) => context.Request.Path.StartsWithSegments(Routes.Prefix) && site.Refusal(context.Request) is { } refusal
            ? Results.Text(refusal, statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context)
            : next(context));
    }
}
