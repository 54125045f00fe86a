using Microsoft.AspNetCore.Http.HttpResults;
using VectorDb.Api.Access;
using VectorDb.Api.Documentation;
using VectorDb.Api.Json;
using VectorDb.Api.Problems;
using VectorDb.Core.Collections;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Security;
using VectorDb.Core.Stores;

namespace VectorDb.Api.Collections;

internal static class CollectionEndpoints
{
    public static void MapCollections(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/collections").WithTags("Collections");
        group.MapPost("", CreateAsync).Needs(Scope.Write).WithSummary("Create a collection")
            .WithDescription("201 when made, 200 when there with the same settings, 409 when the name is taken with others.")
            .Accepts<NewCollection>("application/json").Fails(409, 413, 415);
        group.MapGet("", ListAsync).Needs(Scope.Read).WithSummary("List collections").DescribesPages();
        group.MapGet("/{collection}", GetAsync).Needs(Scope.Read).WithSummary("Get a collection").Fails(404);
        group.MapDelete("/{collection}", DropAsync).Needs(Scope.Write).WithSummary("Delete a collection and all its records").Fails(404);
    }

    private static async Task<Results<Created<CollectionView>, Ok<CollectionView>>> CreateAsync(
        HttpRequest request, IVectorStore store, ITextEmbedder embedder, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var wanted = body.Read(ApiJson.Default.NewCollection);
        var spec = new CollectionSpec(wanted.Name, wanted.Dimension ?? embedder.Dimension, wanted.Metric);
        CollectionRules.Check(spec);
        var (collection, created) = await store.CreateAsync(spec, cancellationToken);
        var view = CollectionView.Of(collection);
        return created ? TypedResults.Created($"/api/v1/collections/{view.Name}", view) : TypedResults.Ok(view);
    }

    private static async Task<Ok<ListView<CollectionView>>> ListAsync(
        string? limit, string? cursor, IVectorStore store, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(Paging.Limit(limit), cursor, cancellationToken);
        return TypedResults.Ok(new ListView<CollectionView>([.. page.Items.Select(CollectionView.Of)], page.NextCursor));
    }

    private static async Task<Ok<CollectionView>> GetAsync(string collection, IVectorStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(CollectionView.Of(await store.GetAsync(collection, cancellationToken)));

    private static async Task<NoContent> DropAsync(string collection, IVectorStore store, CancellationToken cancellationToken) =>
        await store.DropAsync(collection, cancellationToken) ? TypedResults.NoContent() : throw new CollectionNotFoundException(collection);
}
