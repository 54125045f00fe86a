using System.Runtime.CompilerServices;
using System.Text;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>A text without structure: each line is a row or, where long texts are cut into pieces, each paragraph.</summary>
internal static class PlainTextRows
{
    public static async IAsyncEnumerable<SourceRow> ReadAsync(
        TextSource source, bool byParagraph, int longestRow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var row = 0L;
        var paragraph = new StringBuilder();
        await foreach (var line in LineReader.ReadAsync(source, longestRow, cancellationToken))
        {
            var isBlank = line.Text is { } text && string.IsNullOrWhiteSpace(text);
            var ends = isBlank || line.Text is null || !byParagraph || paragraph.Length + line.Text.Length >= longestRow;
            if (ends && paragraph.Length > 0)
            {
                yield return Take(++row, paragraph);
            }

            if (line.Text is null)
            {
                yield return SourceRow.Bad(++row, id: null, $"The line is longer than {longestRow} characters.");
            }
            else if (!isBlank)
            {
                paragraph.Append(paragraph.Length > 0 ? "\n" : "").Append(line.Text);
            }
        }

        if (paragraph.Length > 0)
        {
            yield return Take(++row, paragraph);
        }
    }

    private static SourceRow Take(long row, StringBuilder paragraph)
    {
        var text = paragraph.ToString();
        paragraph.Clear();
        return TextSource.IsDecodable(text) ? new SourceRow(row, Id: null, text, Metadata: null) : SourceRow.Bad(row, id: null, SourceRow.NotUtf8);
    }
}
