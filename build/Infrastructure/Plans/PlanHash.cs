using System.Text;
using System.Text.Json;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Infrastructure.Plans;

/// <summary>
/// What an approval names. A second plan with the same changes has the same hash, whatever order Terraform lists them in and
/// whatever time it was made at; any other change, image digest or setting has another.
/// </summary>
internal static class PlanHash
{
    /// <param name="plan">The plan.</param>
    /// <param name="inputs">What else the approval covers, by name: image digests, hashes of rendered files, settings.</param>
    public static ContentHash Of(Plan plan, IReadOnlyDictionary<string, string> inputs)
    {
        var text = new StringBuilder();
        foreach (var change in plan.Changes.OrderBy(static change => change.Address, StringComparer.Ordinal))
        {
            text.Append(change.Action).Append('\0').Append(change.Address).Append('\0');
            Append(text, change.Before);
            text.Append('\0');
            Append(text, change.After);
            text.Append('\n');
        }

        foreach (var (name, value) in inputs.OrderBy(static input => input.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('\0').Append(value).Append('\n');
        }

        return ContentHash.OfText(text.ToString());
    }

    // Names in order, no white space: the same value has the same text.
    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var property in value.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    text.Append(JsonEncodedText.Encode(property.Name)).Append(':');
                    Append(text, property.Value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    Append(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValueKind.Undefined:
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
