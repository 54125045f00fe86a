using System.Text.Json.Nodes;

namespace VectorDb.Core.Records;

/// <param name="Id">1 to 256 characters, unique in its collection.</param>
/// <param name="Text">The text that was embedded, or null for a bare vector.</param>
/// <param name="Vector">As many finite floats as the collection has dimensions.</param>
/// <param name="Metadata">Any JSON object; filters name its keys by dotted path.</param>
public sealed record Record(string Id, string? Text, ReadOnlyMemory<float> Vector, JsonObject? Metadata)
{
    /// <summary>Hash of the text and the embedder, so that unchanged text is not embedded again; that of a piece of a longer text ends with a mark.</summary>
    public string? ContentHash { get; init; }
}
