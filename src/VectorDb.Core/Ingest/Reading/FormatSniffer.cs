using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Tells a file's format and delimiter from what it is called and how it begins.</summary>
internal static class FormatSniffer
{
    public const string Delimiters = ",;\t|";

    private const string TabSeparated = ".tsv";

    public static FileFormat Format(UploadOptions options, string fileKey, ReadOnlySpan<char> head) => options switch
    {
        { Format: not FileFormat.Auto } => options.Format,
        { Delimiter: not null } => FileFormat.Csv,
        _ => ByName(fileKey) ?? ByContent(head),
    };

    public static char Delimiter(UploadOptions options, string fileKey, ReadOnlySpan<char> head)
    {
        if (options.Delimiter is { } given)
        {
            return given;
        }

        var header = FirstLine(head);
        if (Extension(fileKey) == TabSeparated && CountOutsideQuotes(header, '\t') > 0)
        {
            return '\t';
        }

        var best = Delimiters[0];
        var most = 0;
        foreach (var candidate in Delimiters)
        {
            var count = CountOutsideQuotes(header, candidate);
            if (count > most)
            {
                (best, most) = (candidate, count);
            }
        }

        return best;
    }

    /// <summary>Whether one file with these options is read the same under either name.</summary>
    public static bool ReadsAlike(UploadOptions options, string fileKey, string otherKey)
    {
        return Told(fileKey) == Told(otherKey);

        (FileFormat? Format, bool PrefersTab) Told(string key) => options.Delimiter is null
            ? (options.Format == FileFormat.Auto ? ByName(key) : null, Extension(key) == TabSeparated)
            : default;
    }

    private static FileFormat? ByName(string fileKey) => Extension(fileKey) switch
    {
        ".csv" or TabSeparated => FileFormat.Csv,
        ".jsonl" or ".ndjson" or ".json" => FileFormat.JsonLines,
        ".txt" or ".text" or ".md" or ".log" => FileFormat.Text,
        _ => null,
    };

    private static FileFormat ByContent(ReadOnlySpan<char> head)
    {
        if (head.TrimStart() is ['{', ..])
        {
            return FileFormat.JsonLines;
        }

        var header = FirstLine(head);
        var second = header.Length < head.Length ? FirstLine(head[(header.Length + 1)..]) : [];
        foreach (var candidate in Delimiters)
        {
            var columns = CountOutsideQuotes(header, candidate);
            // Two lines with as many delimiters; prose has commas too, but hardly the same number twice and none followed by a space.
            if (columns > 0 && columns == CountOutsideQuotes(second, candidate) && !header.Contains($"{candidate} ", StringComparison.Ordinal))
            {
                return FileFormat.Csv;
            }
        }

        return FileFormat.Text;
    }

    private static string Extension(string fileKey)
    {
        var name = Path.GetFileName(fileKey).ToLowerInvariant();
        return Path.GetExtension(name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name);
    }

    private static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        return end < 0 ? text : text[..end];
    }

    private static int CountOutsideQuotes(ReadOnlySpan<char> line, char delimiter)
    {
        var count = 0;
        var quoted = false;
        foreach (var character in line)
        {
            quoted ^= character == CsvScan.Quote;
            count += !quoted && character == delimiter ? 1 : 0;
        }

        return count;
    }
}
