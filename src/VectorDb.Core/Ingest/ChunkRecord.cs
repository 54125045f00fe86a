using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace VectorDb.Core.Ingest;

/// <summary>A record that was read and found good, on its way through a chunk file: one of these a line.</summary>
/// <param name="PieceOf">The id of the row that it is a piece of; null for a whole row.</param>
/// <param name="Pieces">With a row's last piece, the number of that.</param>
internal sealed record ChunkRecord(long Row, string Id, string Text, JsonObject? Metadata, string? PieceOf = null, int? Pieces = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChunkRecord))]
internal sealed partial class ChunkJson : JsonSerializerContext;
