namespace VectorDb.Dashboard;

/// <summary>Where the dashboard answers. A proxy may put a prefix of its own before it (<c>X-Forwarded-Prefix</c>).</summary>
internal static class Routes
{
    public const string Prefix = "/dashboard";
    public const string Hangfire = Prefix + "/hangfire";

    /// <summary>The prefix as the browser sees it.</summary>
    public static string Root(HttpContext context) => context.Request.PathBase + Prefix;
}

/// <summary>303: the answer to a form is another page, asked for with GET.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
