using System.Text.Json;
using System.Text.Json.Serialization;
using VectorDb.Api.Collections;
using VectorDb.Api.Problems;
using VectorDb.Api.Records;
using VectorDb.Api.Search;
using VectorDb.Api.Tasks;
using VectorDb.Api.Uploads;

namespace VectorDb.Api.Json;

/// <summary>Serialisers made at compile time: a request body that has more, less or twice what it should is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(NewCollection))]
[JsonSerializable(typeof(CollectionView))]
[JsonSerializable(typeof(ListView<CollectionView>))]
[JsonSerializable(typeof(RecordBatch))]
[JsonSerializable(typeof(RecordView))]
[JsonSerializable(typeof(ListView<RecordSummary>))]
[JsonSerializable(typeof(UpsertResult))]
[JsonSerializable(typeof(DeleteByFilter))]
[JsonSerializable(typeof(DeleteResult))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(UploadAccepted))]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(ListView<TaskView>))]
[JsonSerializable(typeof(RecordErrorView))]
[JsonSerializable(typeof(VectorDb.Core.Tasks.UploadOptions))]
[JsonSerializable(typeof(VectorDb.Core.Health.HealthReport))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>One page of a list.</summary>
/// <param name="NextCursor">Give it back to get the next page; null on the last one.</param>
internal sealed record ListView<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>An enumeration on the wire: <c>partially_completed</c>, never a number.</summary>
internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
