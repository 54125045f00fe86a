using VectorDb.Core.Tasks;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>Which columns of a table are the id, the text and the metadata.</summary>
internal sealed record ColumnChoice(int? Id, int[] Texts, (int Index, string Name)[] Metadata)
{
    public const string IdName = "id";
    public const string TextName = "text";

    /// <exception cref="UnreadableFileException">A column is not there; the message names those that are.</exception>
    public static ColumnChoice Of(string[] header, char delimiter, UploadOptions options)
    {
        int Find(string name) => Array.FindIndex(header, column => string.Equals(column, name, StringComparison.OrdinalIgnoreCase)) is var at and >= 0
            ? at
            : throw new UnreadableFileException(
                $"The file has no column '{name}'. With the delimiter '{Shown(delimiter)}' its columns are: {string.Join(", ", header)}.");

        var hasId = Array.Exists(header, static column => string.Equals(column, IdName, StringComparison.OrdinalIgnoreCase));
        int? id = options.IdColumn is { } idName ? Find(idName) : hasId ? Find(IdName) : null;
        int[] texts = options.TextColumns is { Count: > 0 } names
            ? [.. names.Select(Find)]
            : header.Length == 1 ? [0] : [Find(TextName)];
        var metadata = options.MetadataColumns is { } chosen
            ? chosen.Select(name => (Find(name), name))
            : header.Index().Where(column => column.Index != id && !texts.Contains(column.Index)).Select(static column => (column.Index, column.Item));
        return new ColumnChoice(id, texts, [.. metadata]);
    }

    private static string Shown(char delimiter) => delimiter == '\t' ? "tab" : delimiter.ToString();
}
