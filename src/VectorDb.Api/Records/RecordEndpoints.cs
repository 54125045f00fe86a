using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Api.Access;
using VectorDb.Api.Documentation;
using VectorDb.Api.Json;
using VectorDb.Api.Limits;
using VectorDb.Api.Problems;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Security;
using VectorDb.Core.Stores;

namespace VectorDb.Api.Records;

internal static class RecordEndpoints
{
    /// <summary>Read this many records at a time, and end the page early when its texts grow large: one text may have a million characters.</summary>
    private const int ReadAtOnce = Paging.Default;
    private const int MostLettersInPage = 16 * 1024 * 1024;

    public static void MapRecords(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/collections/{collection}/records").WithTags("Records");
        group.MapPut("", UpsertAsync).Needs(Scope.Write).WithSummary("Insert or replace a batch of records")
            .WithDescription("All of them or none. Text is embedded when no vector is given. Of two with one id the last wins.")
            .Accepts<RecordBatch>("application/json").Fails(404, 413, 415).AsBatch();
        group.MapGet("", ScrollAsync).Needs(Scope.Read).WithSummary("List records by id")
            .WithDescription("The cursor stays valid while records come and go. A page of long texts ends before its limit: there are more while there is a cursor.").DescribesPages()
            .Describes("filter", """Only records that match, as JSON: {"must":[{"key":"lang","match":"en"}]}.""").Fails(404);
        group.MapGet("/{id}", GetAsync).Needs(Scope.Read).WithSummary("Get a record").Fails(404);
        group.MapDelete("/{id}", DeleteAsync).Needs(Scope.Write).WithSummary("Delete a record").Fails(404);
        group.MapPost("/delete", DeleteByFilterAsync).Needs(Scope.Write).WithSummary("Delete the records that match a filter")
            .Accepts<DeleteByFilter>("application/json").Fails(404, 413, 415);
    }

    private static async Task<Ok<UpsertResult>> UpsertAsync(
        string collection, HttpRequest request, IVectorStore store, ITextEmbedder embedder, ApplicationSettings settings, CancellationToken cancellationToken)
    {
        var spec = await store.GetSpecAsync(collection, cancellationToken);
        List<Record> records;
        using (var body = await JsonBody.ReadAsync(request, cancellationToken, checksStrings: false))
        {
            records = RecordBatchReader.Read(body.Span, spec, (int)settings.Get(Settings.BatchRecords));
        }

        await embedder.EmbedAsync(records, spec, cancellationToken);
        await store.UpsertAsync(collection, records, cancellationToken);
        return TypedResults.Ok(new UpsertResult(records.Select(static record => record.Id).Distinct(StringComparer.Ordinal).Count()));
    }

    private static async Task<Ok<ListView<RecordSummary>>> ScrollAsync(
        string collection, string? limit, string? cursor, string? filter, IVectorStore store, CancellationToken cancellationToken)
    {
        var most = Paging.Limit(limit);
        var wanted = filter is null ? null : FilterParser.Parse(filter);
        var items = new List<RecordSummary>();
        var letters = 0L;
        do
        {
            var page = await store.ScrollAsync(collection, Math.Min(most - items.Count, ReadAtOnce), cursor, wanted, cancellationToken);
            items.AddRange(page.Items.Select(RecordSummary.Of));
            letters += page.Items.Sum(static record => (long)(record.Text?.Length ?? 0));
            cursor = page.NextCursor;
        }
        while (cursor is not null && items.Count < most && letters < MostLettersInPage);

        return TypedResults.Ok(new ListView<RecordSummary>(items, cursor));
    }

    private static async Task<Ok<RecordView>> GetAsync(
        string collection, string id, HttpContext context, IVectorStore store, CancellationToken cancellationToken)
    {
        id = WholeId(context, id);
        var record = await store.FindAsync(collection, id, cancellationToken);
        return record is null ? throw Missing(id) : TypedResults.Ok(RecordView.Of(record));
    }

    private static async Task<NoContent> DeleteAsync(
        string collection, string id, HttpContext context, IVectorStore store, CancellationToken cancellationToken)
    {
        id = WholeId(context, id);
        return await store.DeleteAsync(collection, [id], cancellationToken) > 0 ? TypedResults.NoContent() : throw Missing(id);
    }

    private static async Task<Ok<DeleteResult>> DeleteByFilterAsync(
        string collection, HttpRequest request, IVectorStore store, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var filter = DeleteByFilterReader.Read(body.Span);
        if (filter.Must.Count + filter.Should.Count + filter.MustNot.Count == 0)
        {
            throw RequestException.Invalid("filter", "needs a condition; to delete everything, delete the collection");
        }

        return TypedResults.Ok(new DeleteResult(await store.DeleteAsync(collection, filter, cancellationToken)));
    }

    /// <summary>Routing leaves an escaped slash escaped, which an id with a real <c>%2F</c> in it could not be told from.</summary>
    private static string WholeId(HttpContext context, string routed)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        // A slash behind the id, which routing overlooks, is no part of it.
        var path = target.AsSpan(0, target.AsSpan().IndexOf('?') is var query and >= 0 ? query : target.Length).TrimEnd('/');
        return path.IndexOf('%') < 0 ? routed : Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }

    private static RequestException Missing(string id) => new(StatusCodes.Status404NotFound, $"There is no record '{id}' in this collection.");
}
