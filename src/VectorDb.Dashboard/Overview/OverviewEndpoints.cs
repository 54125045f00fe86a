using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Dashboard.Layout;

namespace VectorDb.Dashboard.Overview;

internal static class OverviewEndpoints
{
    public static void MapOverview(this IEndpointRouteBuilder routes) => routes.MapGet("/", ShowAsync);

    private static async Task<RazorComponentResult<OverviewPage>> ShowAsync(
        HttpContext context, Frames frames, OverviewReader reader, string? cursor, string? collection, CancellationToken cancellationToken)
    {
        var filter = string.IsNullOrWhiteSpace(collection) ? null : collection.Trim();
        var page = string.IsNullOrEmpty(cursor) ? null : cursor;
        var snapshot = await reader.ReadAsync(page, filter, cancellationToken);
        return new(new { Frame = frames.For(context), Snapshot = snapshot, Collection = filter, Cursor = page });
    }
}
