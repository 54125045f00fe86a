using System.Runtime.CompilerServices;

namespace VectorDb.Core.Ingest.Reading;

/// <param name="Text">Without its line end; null for a line over the limit.</param>
internal readonly record struct Line(string? Text);

internal static class LineReader
{
    /// <summary>Lines ended by LF, CRLF or the end of the file. One that is too long is skipped, not kept in memory.</summary>
    public static async IAsyncEnumerable<Line> ReadAsync(
        TextSource source, int longestLine, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var window = new TextWindow(source, longestLine);
        var searched = 0;
        while (true)
        {
            var at = window.Seen[searched..].IndexOf('\n');
            if (at >= 0)
            {
                var length = searched + at;
                yield return new Line(window.Seen[..length].TrimEnd('\r').ToString());
                window.Advance(length + 1);
                searched = 0;
            }
            else if (window.IsFull)
            {
                await window.SkipLineAsync(cancellationToken);
                searched = 0;
                yield return new Line(Text: null);
            }
            else
            {
                searched = window.Seen.Length;
                if (!await window.FillAsync(cancellationToken))
                {
                    break;
                }
            }
        }

        if (!window.Seen.IsEmpty)
        {
            yield return new Line(window.Seen.TrimEnd('\r').ToString());
        }
    }
}
