using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using VectorDb.Build.Releases.Locking;

namespace VectorDb.Build.Releases.Aws;

/// <summary>The lock's document as one item, replaced only by a conditional write on its revision.</summary>
internal sealed class DynamoLockStore(IAmazonDynamoDB dynamo, string table) : ILockStore
{
    private static readonly Dictionary<string, AttributeValue> Key = ReleaseTable.Key("lock", 0);

    public async Task<LockState> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await dynamo.GetItemAsync(new GetItemRequest(table, Key, consistentRead: true), cancellationToken);
        return answer.Item is { Count: > 0 } item
            ? JsonSerializer.Deserialize(item[ReleaseTable.Document].S, ReleaseJson.Line.LockState)!
            : LockState.Free;
    }

    public async Task<bool> TryWriteAsync(LockState next, CancellationToken cancellationToken)
    {
        var item = new Dictionary<string, AttributeValue>(Key, StringComparer.Ordinal)
        {
            [ReleaseTable.Document] = new AttributeValue(JsonSerializer.Serialize(next, ReleaseJson.Line.LockState)),
            [ReleaseTable.Revision] = ReleaseTable.Number(next.Revision),
        };
        var first = next.Revision == LockState.Free.Revision + 1;
        var request = new PutItemRequest(table, item)
        {
            ConditionExpression = first ? "attribute_not_exists(#revision)" : "#revision = :before",
            ExpressionAttributeNames = new() { ["#revision"] = ReleaseTable.Revision },
            ExpressionAttributeValues = first ? null : new() { [":before"] = ReleaseTable.Number(next.Revision - 1) },
        };
        try
        {
            await dynamo.PutItemAsync(request, cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }
}
