using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using VectorDb.Api.Json;
using VectorDb.Core.Collections;

namespace VectorDb.Api.Collections;

/// <param name="Name">1 to 64 of a-z, A-Z, 0-9, '-' and '_'.</param>
/// <param name="Dimension">Length of every vector, 1 to 16,000; the embedder's when left out.</param>
/// <param name="Metric">How vectors are compared; cosine when left out.</param>
internal sealed record NewCollection(
    string Name, [property: Range(1, CollectionRules.MaximumDimension)] int? Dimension = null, [property: JsonConverter(typeof(SnakeCase<Metric>))] Metric Metric = Metric.Cosine);

/// <param name="Count">Records in it.</param>
internal sealed record CollectionView(
    string Name, int Dimension, [property: JsonConverter(typeof(SnakeCase<Metric>))] Metric Metric, long Count)
{
    public static CollectionView Of(Collection collection) =>
        new(collection.Spec.Name, collection.Spec.Dimension, collection.Spec.Metric, collection.Count);
}
