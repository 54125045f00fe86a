using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>One JSON object a line.</summary>
internal static class JsonLinesRows
{
    private const string MetadataName = "metadata";
    private static readonly JsonDocumentOptions Document = new() { MaxDepth = 32 };

    public static async IAsyncEnumerable<SourceRow> ReadAsync(
        TextSource source, UploadOptions options, int longestRow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var row = 0L;
        await foreach (var line in LineReader.ReadAsync(source, longestRow, cancellationToken))
        {
            if (line.Text is null)
            {
                yield return SourceRow.Bad(++row, id: null, $"The line is longer than {longestRow} characters.");
            }
            else if (!string.IsNullOrWhiteSpace(line.Text))
            {
                row++;
                yield return TextSource.IsDecodable(line.Text) ? Read(row, line.Text, options) : SourceRow.Bad(row, id: null, SourceRow.NotUtf8);
            }
        }
    }

    private static SourceRow Read(long row, string line, UploadOptions options)
    {
        string? id = null;
        try
        {
            // A lone surrogate in an escape is only found when its string is read, so that is inside as well.
            if (JsonNode.Parse(line, documentOptions: Document) is not JsonObject item)
            {
                return SourceRow.Bad(row, id: null, "The line is not a JSON object.");
            }

            id = Id(item, options.IdColumn);
            return Text(item, options.TextColumns) is { } text
                ? new SourceRow(row, id, text, Metadata(item, options))
                : SourceRow.Bad(row, id, Missing(item, options.TextColumns));
        }
        catch (JsonException exception)
        {
            return SourceRow.Bad(row, id, $"The line is not valid JSON: {Position(exception)}.");
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
        {
            return SourceRow.Bad(row, id, $"The line holds a value that cannot be read: {exception.Message}");
        }
    }

    private static string? Id(JsonObject item, string? column)
    {
        var value = item[column ?? ColumnChoice.IdName];
        return value switch
        {
            null => column is null ? null : "",
            JsonValue scalar => scalar.ToString(),
            _ => throw new FormatException($"'{column ?? ColumnChoice.IdName}' is neither a string nor a number."),
        };
    }

    /// <returns>Null when a column is not there or is no text.</returns>
    private static string? Text(JsonObject item, IReadOnlyList<string>? columns)
    {
        var parts = new List<string>();
        foreach (var column in columns is { Count: > 0 } ? columns : [ColumnChoice.TextName])
        {
            if (item[column] is not JsonValue value)
            {
                return null;
            }

            parts.Add(value.ToString());
        }

        return string.Join("\n\n", parts.Where(static part => part.Length > 0));
    }

    private static string Missing(JsonObject item, IReadOnlyList<string>? columns)
    {
        var absent = (columns is { Count: > 0 } ? columns : [ColumnChoice.TextName]).First(column => item[column] is not JsonValue);
        return $"There is no text in '{absent}'; the line has: {ColumnChoice.Shown([.. item.Select(static property => property.Key)])}.";
    }

    /// <summary>What is neither id nor text; an object called metadata is taken for what it says.</summary>
    private static JsonObject? Metadata(JsonObject item, UploadOptions options)
    {
        string[] used = [options.IdColumn ?? ColumnChoice.IdName, .. options.TextColumns is { Count: > 0 } texts ? texts : [ColumnChoice.TextName]];
        var metadata = new JsonObject();
        var nested = item[MetadataName] as JsonObject;
        foreach (var (name, value) in item.Where(property => !used.Contains(property.Key)).Concat(nested ?? []))
        {
            var isWanted = options.MetadataColumns is null ? !ReferenceEquals(value, nested) || nested is null : options.MetadataColumns.Contains(name);
            if (isWanted)
            {
                metadata[name] = value?.DeepClone();
            }
        }

        return metadata.Count > 0 ? metadata : null;
    }

    private static string Position(JsonException exception) =>
        string.Create(CultureInfo.InvariantCulture, $"it goes wrong at byte {exception.BytePositionInLine}");
}
