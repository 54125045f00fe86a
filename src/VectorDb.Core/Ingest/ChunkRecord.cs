using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace VectorDb.Core.Ingest;

/// <summary>A record that was read and found good, on its way through a chunk file: one of these a line.</summary>
internal sealed record ChunkRecord(long Row, string Id, string Text, JsonObject? Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChunkRecord))]
internal sealed partial class ChunkJson : JsonSerializerContext;
