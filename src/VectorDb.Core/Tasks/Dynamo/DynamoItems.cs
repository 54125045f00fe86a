using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using static VectorDb.Core.Tasks.Dynamo.DynamoTable;

namespace VectorDb.Core.Tasks.Dynamo;

/// <summary>
/// Items of the table. Partition <c>task#id</c>: the task and its chunks. <c>open</c>: one marker a task that has not ended.
/// <c>errors#id</c>: up to 50 errors an item. <c>key#...</c>: idempotency keys. <c>file#...</c>: which tasks read a file.
/// </summary>
internal static class DynamoItems
{
    public const string TaskSk = "task";
    public const string KeySk = "key";
    public const string Open = "open";
    public const string ChunkPrefix = "chunk#";

    /// <summary>Partition of the index that lists all tasks.</summary>
    public const string AllTasks = "tasks";

    private const int ErrorsInItem = 50;

    /// <summary>Leaves characters of every script as they are: escaped, they take two to six times the room, and a transaction has little.</summary>
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string TaskPk(string taskId) => "task#" + taskId;

    public static string ErrorsPk(string taskId) => "errors#" + taskId;

    public static string FilePk(string fileKey) => "file#" + fileKey;

    public static string KeyPk(string collection, string key) => $"key#{collection}#{key}";

    public static string ChunkSk(int number) => string.Create(CultureInfo.InvariantCulture, $"{ChunkPrefix}{number:D6}");

    public static string ListSk(DateTimeOffset createdAt, string taskId) =>
        string.Create(CultureInfo.InvariantCulture, $"{createdAt.ToUnixTimeMilliseconds():D15}#{taskId}");

    public static Dictionary<string, AttributeValue> NewTask(NewTask task, string? retryOf, DateTimeOffset now)
    {
        var item = new Dictionary<string, AttributeValue>
        {
            ["pk"] = new(TaskPk(task.Id)),
            ["sk"] = new(TaskSk),
            ["gsi1pk"] = new(AllTasks),
            ["gsi1sk"] = new(ListSk(now, task.Id)),
            ["id"] = new(task.Id),
            ["collection"] = new(task.Collection),
            ["state"] = Number((int)TaskState.Pending),
            ["options"] = new(OptionsText.Write(task.Options)),
            ["file_key"] = new(task.FileKey),
            ["content_hash"] = new(task.ContentHash),
            ["created_at"] = Number(now.ToUnixTimeMilliseconds()),
            ["nudged_at"] = Number(now.ToUnixTimeMilliseconds()),
        };
        foreach (var counter in (string[])["total", "succeeded", "failed", "chunks", "open_chunks", "attempts", "lease_until"])
        {
            item[counter] = Number(0);
        }

        if (task.CollectionId is { } collectionId)
        {
            item["collection_id"] = Number(collectionId);
        }

        if (task.ScopedKey is { } key)
        {
            item["idempotency_key"] = new(key);
        }

        if (retryOf is not null)
        {
            item["retry_of"] = new(retryOf);
        }

        return item;
    }

    public static IngestTask Task(Dictionary<string, AttributeValue> item) => new(
        Text(item, "id")!,
        Text(item, "collection")!,
        (TaskState)Long(item, "state"),
        OptionsText.Read(Text(item, "options")!),
        Text(item, "file_key")!,
        Long(item, "total"),
        Long(item, "succeeded"),
        Long(item, "failed"),
        Time(item, "created_at")!.Value,
        Time(item, "started_at"),
        Time(item, "finished_at"),
        Text(item, "error"))
    {
        RetryOf = Text(item, "retry_of"),
        ContentHash = Text(item, "content_hash")!,
        CollectionId = item.ContainsKey("collection_id") ? Long(item, "collection_id") : null,
    };

    /// <param name="part">Tells the items of two writes apart that begin with the same row.</param>
    public static IEnumerable<Dictionary<string, AttributeValue>> Errors(string taskId, string part, IReadOnlyList<RecordError> errors) =>
        errors.Chunk(ErrorsInItem).Select((batch, number) => new Dictionary<string, AttributeValue>
        {
            ["pk"] = new(ErrorsPk(taskId)),
            ["sk"] = new(string.Create(CultureInfo.InvariantCulture, $"{batch[0].Row:D12}#{part}#{number:D4}")),
            ["errors"] = new(JsonSerializer.Serialize(batch.Select(static error => error.Clipped()), Compact)),
        });

    public static RecordError[] Errors(Dictionary<string, AttributeValue> item) =>
        JsonSerializer.Deserialize<RecordError[]>(Text(item, "errors")!) ?? [];

    public static string? Text(Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) ? value.S : null;

    public static long Long(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.N is { } number ? long.Parse(number, CultureInfo.InvariantCulture) : 0;

    private static DateTimeOffset? Time(Dictionary<string, AttributeValue> item, string name) =>
        item.ContainsKey(name) ? DateTimeOffset.FromUnixTimeMilliseconds(Long(item, name)) : null;
}
