using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using VectorDb.Core.Records;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>One JSON object a line.</summary>
internal static class JsonLinesRows
{
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
            // Not as nodes, of which a line of millions of small values makes a gigabyte. A lone surrogate in an escape is only found
            // when its string is read, so that is inside as well.
            using var document = JsonDocument.Parse(line, Document);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } item)
            {
                return SourceRow.Bad(row, id: null, "The line is not a JSON object.");
            }

            var properties = new JsonLineProperties(item, options);
            id = Id(properties, options.IdColumn);
            return Text(properties) is not { } text ? SourceRow.Bad(row, id, Missing(item, properties))
                : properties.TryMetadata(out var metadata) ? new SourceRow(row, id, text, metadata)
                : SourceRow.Bad(row, id, RecordRules.TooManyValues);
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

    private static string? Id(JsonLineProperties properties, string? column) =>
        !properties.TryGet(properties.IdColumn, out var value) || value.ValueKind == JsonValueKind.Null ? (column is null ? null : "")
        : Scalar(value) ?? throw new FormatException($"'{properties.IdColumn}' is neither a string nor a number.");

    /// <returns>Null when a column is not there or is no text.</returns>
    private static string? Text(JsonLineProperties properties)
    {
        var parts = new List<string>();
        foreach (var column in properties.TextColumns)
        {
            if (!properties.TryGet(column, out var value) || Scalar(value) is not { } part)
            {
                return null;
            }

            parts.Add(part);
        }

        return string.Join("\n\n", parts.Where(static part => part.Length > 0));
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    private static string Missing(JsonElement item, JsonLineProperties properties)
    {
        var absent = properties.TextColumns.First(column => !properties.TryGet(column, out var value) || Scalar(value) is null);
        return $"There is no text in '{absent}'; the line has: {ColumnChoice.Shown([.. item.EnumerateObject().Select(static property => property.Name)])}.";
    }

    private static string Position(JsonException exception) =>
        string.Create(CultureInfo.InvariantCulture, $"it goes wrong at byte {exception.BytePositionInLine}");
}
