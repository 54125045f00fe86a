using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace VectorDb.Build.Releases.Aws;

/// <summary>
/// A ledger of one item an entry, numbered from 1. An entry is only ever added under the next free number, so that none is
/// replaced and the order is that of writing.
/// </summary>
internal sealed class DynamoLedger(IAmazonDynamoDB dynamo, string table) : ILedger
{
    private const string Partition = "ledger";

    public async Task AppendAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        var document = new AttributeValue(JsonSerializer.Serialize(entry, ReleaseJson.Line.LedgerEntry));
        var number = await LastNumberAsync(cancellationToken);
        while (true)
        {
            number++;
            var item = ReleaseTable.Key(Partition, number);
            item[ReleaseTable.Document] = document;
            try
            {
                await dynamo.PutItemAsync(
                    new PutItemRequest(table, item)
                    {
                        ConditionExpression = "attribute_not_exists(#pk)",
                        ExpressionAttributeNames = new() { ["#pk"] = ReleaseTable.PartitionKey },
                    },
                    cancellationToken);
                return;
            }
            catch (ConditionalCheckFailedException)
            {
                // Another run took the number: the next one is tried.
            }
        }
    }

    public async Task<IReadOnlyList<LedgerEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        List<LedgerEntry> entries = [];
        await foreach (var page in dynamo.Paginators.Query(Entries()).Responses.WithCancellation(cancellationToken))
        {
            entries.AddRange(page.Items.Select(static item =>
                JsonSerializer.Deserialize(item[ReleaseTable.Document].S, ReleaseJson.Line.LedgerEntry)!));
        }

        return entries;
    }

    private async Task<long> LastNumberAsync(CancellationToken cancellationToken)
    {
        var newest = Entries();
        newest.ScanIndexForward = false;
        newest.Limit = 1;
        var answer = await dynamo.QueryAsync(newest, cancellationToken);
        return answer.Items is [var item, ..] ? long.Parse(item[ReleaseTable.SortKey].N, CultureInfo.InvariantCulture) : 0;
    }

    private QueryRequest Entries() => new(table)
    {
        KeyConditionExpression = "#pk = :ledger",
        ExpressionAttributeNames = new() { ["#pk"] = ReleaseTable.PartitionKey },
        ExpressionAttributeValues = new() { [":ledger"] = new AttributeValue(Partition) },
        ConsistentRead = true,
    };
}
