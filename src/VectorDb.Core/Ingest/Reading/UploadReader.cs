using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>The rows of an upload, whatever its format, in constant memory.</summary>
internal static class UploadReader
{
    /// <summary>Characters; a field of 10 MB fits.</summary>
    public const int LongestRow = 16 * 1024 * 1024;

    /// <exception cref="UnreadableFileException">Thrown while reading: nothing of it can be read, or a column named in the options is not there.</exception>
    public static IAsyncEnumerable<SourceRow> Rows(TextSource source, string fileKey, UploadOptions options, CancellationToken cancellationToken)
    {
        var head = source.Head.Span;
        switch (FormatSniffer.Format(options, fileKey, head))
        {
            case FileFormat.JsonLines when head.TrimStart() is ['[', ..]:
                throw new UnreadableFileException("The file is a JSON array; give one object a line instead.");
            case FileFormat.JsonLines:
                return JsonLinesRows.ReadAsync(source, options, LongestRow, cancellationToken);
            case FileFormat.Text:
                return PlainTextRows.ReadAsync(source, options.ChunkSize is not null, LongestRow, cancellationToken);
            default:
                return CsvRows.ReadAsync(source, FormatSniffer.Delimiter(options, fileKey, head), options, LongestRow, cancellationToken);
        }
    }
}
