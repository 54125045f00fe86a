using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Rows of a CSV file with a header.</summary>
internal static class CsvRows
{
    public static async IAsyncEnumerable<SourceRow> ReadAsync(
        TextSource source, char delimiter, UploadOptions options, int longestRow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ColumnChoice? columns = null;
        string[] header = [];
        var row = 0L;
        await foreach (var record in new CsvRecords(source, delimiter, longestRow).ReadAsync(cancellationToken))
        {
            if (columns is null)
            {
                header = Header(record);
                columns = ColumnChoice.Of(header, delimiter, options);
                continue;
            }

            row++;
            yield return record.Fields is { } fields ? Read(row, fields, header, columns) : SourceRow.Bad(row, id: null, record.Error!);
        }

        if (columns is null && source.BrokenOff is null)
        {
            throw new UnreadableFileException("The file is empty.");
        }
    }

    private static string[] Header(CsvRecord record)
    {
        var names = record.Fields ?? throw new UnreadableFileException($"The header cannot be read. {record.Error}");
        return Array.TrueForAll(names, static name => TextSource.IsDecodable(name))
            ? Array.ConvertAll(names, static name => name.Trim())
            : throw new UnreadableFileException("The header holds bytes that are not valid UTF-8. Save the file as UTF-8 and upload it again.");
    }

    private static SourceRow Read(long row, string[] fields, string[] header, ColumnChoice columns)
    {
        var id = columns.Id is { } at && at < fields.Length ? fields[at] : null;
        if (!Array.TrueForAll(fields, static field => TextSource.IsDecodable(field)))
        {
            return SourceRow.Bad(row, id is not null && TextSource.IsDecodable(id) ? id : null, SourceRow.NotUtf8);
        }

        if (fields.Length != header.Length)
        {
            return SourceRow.Bad(row, id, $"The row has {fields.Length} fields; the header has {header.Length}.");
        }

        var text = columns.Texts is [var only]
            ? fields[only]
            : string.Join("\n\n", columns.Texts.Select(column => fields[column]).Where(static part => part.Length > 0));
        var metadata = new JsonObject();
        foreach (var (index, name) in columns.Metadata)
        {
            if (Cells.Typed(fields[index]) is { } value && !metadata.TryAdd(name, value))
            {
                return SourceRow.Bad(row, id, "The row has values in two columns without a name.");
            }
        }

        return new SourceRow(row, id, text, metadata.Count > 0 ? metadata : null);
    }
}
