using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace VectorDb.Core.Tasks.Dynamo;

/// <summary>
/// One table with <c>pk</c> and <c>sk</c> and the index <c>gsi1</c> (<c>gsi1pk</c>, <c>gsi1sk</c>), all strings, as Terraform makes it.
/// Every call names its conditions; what several writers change at once is changed in a transaction.
/// </summary>
internal sealed class DynamoTable(IAmazonDynamoDB client, string name)
{
    private const int MostConflicts = 50;
    private const int BatchSize = 25;

    /// <summary>Attributes to read where only the existence of items matters.</summary>
    public const string KeysOnly = "pk, sk";

    public async Task<Dictionary<string, AttributeValue>?> GetAsync(string pk, string sk, CancellationToken cancellationToken)
    {
        var response = await client.GetItemAsync(
            new GetItemRequest { TableName = name, Key = Key(pk, sk), ConsistentRead = true }, cancellationToken);
        return response.Item is { Count: > 0 } item ? item : null;
    }

    /// <returns>The item after the update, or null when the condition did not hold.</returns>
    public async Task<Dictionary<string, AttributeValue>?> UpdateAsync(Change change, CancellationToken cancellationToken)
    {
        var request = new UpdateItemRequest
        {
            TableName = name,
            Key = Key(change.Pk, change.Sk),
            UpdateExpression = change.Update,
            ConditionExpression = change.Condition,
            ExpressionAttributeNames = change.UsedNames,
            ExpressionAttributeValues = change.Values,
            ReturnValues = ReturnValue.ALL_NEW,
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await client.UpdateItemAsync(request, cancellationToken)).Attributes;
            }
            catch (ConditionalCheckFailedException)
            {
                return null;
            }
            catch (TransactionConflictException) when (attempt < MostConflicts)
            {
                // Someone else's transaction has the item at this moment, which says nothing about the condition.
            }

            await LetOthersFinishAsync(attempt, cancellationToken);
        }
    }

    /// <returns>False when a condition did not hold, and then nothing was written.</returns>
    public async Task<bool> TransactAsync(IReadOnlyList<TransactWriteItem> items, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.TransactWriteItemsAsync(new TransactWriteItemsRequest { TransactItems = [.. items] }, cancellationToken);
                return true;
            }
            catch (TransactionCanceledException exception)
            {
                if (exception.CancellationReasons?.Exists(static reason => reason.Code == "ConditionalCheckFailed") == true)
                {
                    return false;
                }

                if (attempt == MostConflicts)
                {
                    throw;
                }
            }

            // Two workers settled chunks of one task at the same moment.
            await LetOthersFinishAsync(attempt, cancellationToken);
        }
    }

    public TransactWriteItem Put(Dictionary<string, AttributeValue> item, bool mustBeNew = false) => new()
    {
        Put = new Put { TableName = name, Item = item, ConditionExpression = mustBeNew ? "attribute_not_exists(pk)" : null },
    };

    public TransactWriteItem Update(Change change) => new()
    {
        Update = new Update
        {
            TableName = name,
            Key = Key(change.Pk, change.Sk),
            UpdateExpression = change.Update,
            ConditionExpression = change.Condition,
            ExpressionAttributeNames = change.UsedNames,
            ExpressionAttributeValues = change.Values,
        },
    };

    public TransactWriteItem Delete(string pk, string sk) => new() { Delete = new Delete { TableName = name, Key = Key(pk, sk) } };

    /// <summary>Deletes an idempotency key under the condition that it is that task's, or is not there.</summary>
    public TransactWriteItem DeleteKey(string pk, string sk, string taskId) => new()
    {
        Delete = new Delete
        {
            TableName = name,
            Key = Key(pk, sk),
            ConditionExpression = "attribute_not_exists(pk) OR task_id = :task",
            ExpressionAttributeValues = new() { [":task"] = new(taskId) },
        },
    };

    /// <summary>All items of one partition (whose sort key begins so), in order, page by page.</summary>
    /// <param name="attributes">Those to read, by comma; null for all.</param>
    public IAsyncEnumerable<Dictionary<string, AttributeValue>> QueryAsync(
        string pk, string? prefix, CancellationToken cancellationToken, string? attributes = null)
    {
        var request = new QueryRequest
        {
            TableName = name,
            KeyConditionExpression = "pk = :pk",
            ExpressionAttributeValues = new() { [":pk"] = new(pk) },
            ConsistentRead = true,
            ProjectionExpression = attributes,
        };
        if (prefix is not null)
        {
            request.KeyConditionExpression += " AND begins_with(sk, :sk)";
            request.ExpressionAttributeValues[":sk"] = new(prefix);
        }

        return PagesAsync(request, cancellationToken);
    }

    /// <summary>Items of one partition of the index from <paramref name="from"/> (exclusive) on.</summary>
    /// <param name="pageSize">Items that are read at a time; null for a page of 1 MB.</param>
    public IAsyncEnumerable<Dictionary<string, AttributeValue>> QueryIndexAsync(
        string pk, string from, bool descending, int? pageSize, CancellationToken cancellationToken) =>
        PagesAsync(
            new QueryRequest
            {
                TableName = name,
                IndexName = "gsi1",
                KeyConditionExpression = $"gsi1pk = :pk AND gsi1sk {(descending ? "<" : ">")} :from",
                ExpressionAttributeValues = new() { [":pk"] = new(pk), [":from"] = new(from) },
                ScanIndexForward = !descending,
                Limit = pageSize,
            },
            cancellationToken);

    public async Task DeleteAllAsync(IAsyncEnumerable<(string Pk, string Sk)> keys, CancellationToken cancellationToken)
    {
        await foreach (var batch in keys.Chunk(BatchSize).WithCancellation(cancellationToken))
        {
            var left = new Dictionary<string, List<WriteRequest>>
            {
                [name] = [.. batch.Select(static key => new WriteRequest(new DeleteRequest(Key(key.Pk, key.Sk))))],
            };
            while (left is { Count: > 0 })
            {
                left = (await client.BatchWriteItemAsync(new BatchWriteItemRequest { RequestItems = left }, cancellationToken)).UnprocessedItems;
            }
        }
    }

    public static AttributeValue Number(long value) => new() { N = value.ToString(CultureInfo.InvariantCulture) };

    public static (string Pk, string Sk) KeyOf(Dictionary<string, AttributeValue> item) => (item["pk"].S, item["sk"].S);

    private static Dictionary<string, AttributeValue> Key(string pk, string sk) => new() { ["pk"] = new(pk), ["sk"] = new(sk) };

    private static Task LetOthersFinishAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(Random.Shared.Next(5, 20 * Math.Min(attempt, 10)), cancellationToken);

    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> PagesAsync(
        QueryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await client.QueryAsync(request, cancellationToken);
            foreach (var item in page.Items ?? [])
            {
                yield return item;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }
}

/// <summary>An update of one item under a condition. Values by placeholder, <c>:name</c>.</summary>
internal sealed record Change(string Pk, string Sk, string Update, string Condition, Dictionary<string, AttributeValue> Values)
{
    /// <summary>Attribute names that DynamoDB reserves, behind a placeholder each.</summary>
    public Dictionary<string, string>? UsedNames
    {
        get
        {
            string[] reserved = ["state", "open", "error", "lease", "total"];
            var used = reserved
                .Where(word => Update.Contains('#' + word, StringComparison.Ordinal) || Condition.Contains('#' + word, StringComparison.Ordinal))
                .ToDictionary(static word => '#' + word, static word => word);
            return used.Count > 0 ? used : null;
        }
    }
}
