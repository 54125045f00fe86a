using System.Text.Json.Nodes;
using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Bootstrap;

/// <summary>What the root <c>terraform/foundation</c> is given.</summary>
internal static class FoundationVariables
{
    /// <param name="stored">Settings to keep in the parameter store, by their parameter's name.</param>
    public static JsonObject Of(AwsAccount account, IReadOnlyDictionary<string, string> stored)
    {
        var variables = account.Settings.FoundationVariables();
        variables["environment"] = account.Environment;
        variables["state_bucket"] = account.StateBucket;
        variables["settings"] = new JsonObject(stored.Select(static each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value)));
        return variables;
    }
}
