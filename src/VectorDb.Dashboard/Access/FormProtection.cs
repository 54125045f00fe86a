using Microsoft.AspNetCore.Antiforgery;

namespace VectorDb.Dashboard.Access;

/// <summary>A form counts only when this site rendered it.</summary>
internal static class FormProtection
{
    public static RouteHandlerBuilder ValidateAntiforgery(this RouteHandlerBuilder route) =>
        route.AddEndpointFilter(static async (call, next) =>
        {
            var antiforgery = call.HttpContext.RequestServices.GetRequiredService<IAntiforgery>();
            return await antiforgery.IsRequestValidAsync(call.HttpContext)
                ? await next(call)
                : Results.Text("This form is out of date: go back, reload the page and send it again.", statusCode: StatusCodes.Status400BadRequest);
        });
}
