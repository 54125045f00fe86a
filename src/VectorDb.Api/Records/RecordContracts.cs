using System.Text.Json.Nodes;
using VectorDb.Core.Records;

namespace VectorDb.Api.Records;

/// <param name="Records">At least one; all of them are stored, or none.</param>
internal sealed record RecordBatch(IReadOnlyList<NewRecord> Records);

/// <param name="Id">1 to 256 characters, unique in its collection; a record there already is replaced.</param>
/// <param name="Text">Embedded when no vector is given.</param>
/// <param name="Vector">As many numbers as the collection has dimensions.</param>
/// <param name="Metadata">Any JSON object; filters name its keys by dotted path.</param>
internal sealed record NewRecord(string Id, string? Text = null, float[]? Vector = null, JsonObject? Metadata = null);

internal sealed record RecordView(string Id, string? Text, IReadOnlyList<float> Vector, JsonObject? Metadata)
{
    public static RecordView Of(Record record) => new(record.Id, record.Text, record.Vector.ToArray(), record.Metadata);
}

/// <summary>A record without its vector.</summary>
internal sealed record RecordSummary(string Id, string? Text, JsonObject? Metadata)
{
    public static RecordSummary Of(Record record) => new(record.Id, record.Text, record.Metadata);
}

/// <param name="Upserted">Records stored: several with one id are one.</param>
internal sealed record UpsertResult(int Upserted);

/// <param name="Filter">At least one condition: a whole collection goes by deleting the collection.</param>
internal sealed record DeleteByFilter(JsonObject Filter);

/// <param name="Deleted">Records that matched and are gone.</param>
internal sealed record DeleteResult(long Deleted);
