using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Which columns of a table are the id, the text and the metadata.</summary>
internal sealed record ColumnChoice(int? Id, int[] Texts, (int Index, string Name)[] Metadata)
{
    public const string IdName = "id";
    public const string TextName = "text";

    private const int MostShown = 30;
    private const int LongestShown = 100;

    /// <exception cref="UnreadableFileException">A column is not there, and the message names those that are; or one is there twice.</exception>
    public static ColumnChoice Of(string[] header, char delimiter, UploadOptions options)
    {
        int Find(string name) => Array.FindIndex(header, column => string.Equals(column, name, StringComparison.OrdinalIgnoreCase)) is var at and >= 0
            ? at
            : throw new UnreadableFileException(
                $"The file has no column '{name}'. With the delimiter '{Shown(delimiter)}' its columns are: {Shown(header)}.");

        var hasId = Array.Exists(header, static column => string.Equals(column, IdName, StringComparison.OrdinalIgnoreCase));
        int? id = options.IdColumn is { } idName ? Find(idName) : hasId ? Find(IdName) : null;
        int[] texts = options.TextColumns is { Count: > 0 } names
            ? [.. names.Select(Find)]
            : header.Length == 1 ? [OnlyColumn(header[0], delimiter, options)] : [Find(TextName)];
        var metadata = options.MetadataColumns is { } chosen
            ? chosen.Distinct(StringComparer.Ordinal).Select(name => (Find(name), name))
            : header.Index().Where(column => column.Index != id && !texts.Contains(column.Index)).Select(static column => (column.Index, column.Item));
        var choice = new ColumnChoice(id, texts, [.. metadata]);
        choice.DemandOnce(header);
        return choice;
    }

    /// <summary>Of two columns of one name the values of one would be lost. Those without a name, as spreadsheets leave them behind the last, are mostly empty: rows judge them.</summary>
    private void DemandOnce(string[] header)
    {
        var used = Texts.Concat(Metadata.Select(static column => column.Index)).Concat(Id is { } id ? [id] : []).Select(column => header[column]).ToHashSet(StringComparer.Ordinal);
        if (header.CountBy(static name => name, StringComparer.Ordinal).FirstOrDefault(name => name.Value > 1 && name.Key.Length > 0 && used.Contains(name.Key)).Key is { } twice)
        {
            throw new UnreadableFileException($"The header has the column '{Shown([twice])}' twice.");
        }
    }

    /// <summary>Taken for the text, unless it looks like several that the given delimiter failed to part.</summary>
    private static int OnlyColumn(string name, char delimiter, UploadOptions options)
    {
        var other = options.Delimiter is null ? -1 : name.AsSpan().IndexOfAny(FormatSniffer.Delimiters);
        return other < 0
            ? 0
            : throw new UnreadableFileException(
                $"With the delimiter '{Shown(delimiter)}' the file has one column, '{Shown([name])}'. Is its delimiter '{Shown(name[other])}'? "
                + "Should this be the text, name it as the text column.");
    }

    /// <summary>A wrong file may have thousands of columns.</summary>
    public static string Shown(IReadOnlyCollection<string> header)
    {
        var names = string.Join(", ", header.Take(MostShown).Select(static name => name.Length > LongestShown ? name[..LongestShown] + "..." : name));
        return header.Count > MostShown ? $"{names} and {header.Count - MostShown} more" : names;
    }

    private static string Shown(char delimiter) => delimiter == '\t' ? "tab" : delimiter.ToString();
}
