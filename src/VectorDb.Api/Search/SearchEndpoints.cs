using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Api.Access;
using VectorDb.Api.Json;
using VectorDb.Api.Problems;
using VectorDb.Api.Records;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Security;
using VectorDb.Core.Stores;

namespace VectorDb.Api.Search;

internal static class SearchEndpoints
{
    public static void MapSearch(this RouteGroupBuilder api) =>
        api.MapPost("/collections/{collection}/search", SearchAsync).Needs(Scope.Read).WithTags("Search")
            .WithSummary("Find the records nearest to a text or a vector")
            .Accepts<SearchRequest>("application/json").Fails(404, 413, 415);

    private static async Task<Ok<SearchResponse>> SearchAsync(
        string collection, HttpRequest request, IVectorStore store, ITextEmbedder embedder, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var spec = await store.GetSpecAsync(collection, cancellationToken);
        SearchQuery query;
        string? text;
        using (var body = await JsonBody.ReadAsync(request, cancellationToken))
        {
            (query, text) = SearchReader.Read(body.Span, spec);
        }

        if (text is not null)
        {
            query = query with { Vector = await embedder.EmbedAsync(text, spec, cancellationToken) };
        }

        var hits = await store.SearchAsync(collection, query, cancellationToken);
        var results = hits.Select(hit => new SearchResult(
            hit.Record.Id, hit.Score, hit.Record.Text, hit.Record.Metadata, query.IncludeVectors ? hit.Record.Vector.ToArray() : null)).ToList();
        return TypedResults.Ok(new SearchResponse(results, Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 3)));
    }
}
