using System.Text.Json.Nodes;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>One row of a file as it was read, before it is judged. Either it has an error or it has a text.</summary>
/// <param name="Row">1-based, blank lines and the header not counted.</param>
/// <param name="Id">As the file gives it; null when it gives none.</param>
internal sealed record SourceRow(long Row, string? Id, string Text, JsonObject? Metadata, string? Error = null)
{
    public const string NotUtf8 = "The row holds bytes that are not valid UTF-8.";

    public static SourceRow Bad(long row, string? id, string reason) => new(row, id, "", Metadata: null, reason);
}

/// <summary>The file as a whole cannot be read; the message is for the person who uploaded it.</summary>
internal sealed class UnreadableFileException(string message) : Exception(message);
