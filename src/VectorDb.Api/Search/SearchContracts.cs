using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace VectorDb.Api.Search;

/// <summary>Near records for a text or a vector: exactly one of the two.</summary>
/// <param name="Text">Embedded like the records were.</param>
/// <param name="Vector">As many numbers as the collection has dimensions.</param>
/// <param name="TopK">1 to 1,000; 10 when left out.</param>
/// <param name="Filter">Only records that match.</param>
/// <param name="Exact">Scan the vectors themselves instead of their short codes.</param>
/// <param name="MinScore">Leave out results below it.</param>
/// <param name="IncludeVectors">Return each result's vector as well.</param>
internal sealed record SearchRequest(
    string? Text = null,
    float[]? Vector = null,
    [property: Range(1, SearchReader.MostResults)] int TopK = SearchReader.DefaultResults,
    JsonObject? Filter = null,
    bool Exact = false,
    float? MinScore = null,
    bool IncludeVectors = false);

/// <param name="Results">Best first.</param>
/// <param name="TookMs">Time in this service, in milliseconds.</param>
internal sealed record SearchResponse(IReadOnlyList<SearchResult> Results, double TookMs);

/// <param name="Score">Similarity under the collection's metric; higher is nearer.</param>
internal sealed record SearchResult(
    string Id,
    float Score,
    string? Text,
    JsonObject? Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float[]? Vector = null);
