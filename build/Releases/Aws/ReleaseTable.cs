using Amazon.DynamoDBv2.Model;

namespace VectorDb.Build.Releases.Aws;

/// <summary>
/// The table that <c>terraform/foundation</c> makes for an environment's lock and ledger: partition key <c>pk</c> (text),
/// sort key <c>sk</c> (number).
/// </summary>
internal static class ReleaseTable
{
    public const string PartitionKey = "pk";
    public const string SortKey = "sk";
    public const string Document = "document";
    public const string Revision = "revision";

    public static Dictionary<string, AttributeValue> Key(string partition, long sort) => new(StringComparer.Ordinal)
    {
        [PartitionKey] = new AttributeValue(partition),
        [SortKey] = Number(sort),
    };

    public static AttributeValue Number(long value) => new() { N = value.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
