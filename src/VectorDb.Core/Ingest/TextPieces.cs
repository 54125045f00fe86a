namespace VectorDb.Core.Ingest;

/// <summary>Cuts a long text into pieces that end where a reader would pause.</summary>
internal static class TextPieces
{
    /// <param name="size">Most characters of a piece.</param>
    /// <param name="overlap">Characters that a piece repeats of the one before; uploads may ask for half of <paramref name="size"/> at most.</param>
    public static IEnumerable<string> Of(string text, int? size, int overlap)
    {
        if (size is not { } most || text.Length <= most)
        {
            yield return text;
            yield break;
        }

        var start = 0;
        while (true)
        {
            var end = text.Length - start <= most ? text.Length : CutBefore(text, start, start + most);
            yield return text[start..end];
            if (end == text.Length)
            {
                yield break;
            }

            // A cut is looked for in the second half of a piece only and an upload overlaps by half of one at most, so that each piece
            // ends further on than the last; with a larger overlap it at least begins further on.
            start = Math.Max(start + 1, end - Math.Min(overlap, most - 1));
            start += start < text.Length && char.IsLowSurrogate(text[start]) ? 1 : 0;
        }
    }

    /// <summary>The last paragraph, sentence or word end in the second half of the piece, else its limit.</summary>
    private static int CutBefore(string text, int start, int limit)
    {
        var floor = start + ((limit - start) / 2);
        var window = text.AsSpan(floor, limit - floor);
        ReadOnlySpan<string> pauses = ["\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " "];
        foreach (var pause in pauses)
        {
            var at = window.LastIndexOf(pause, StringComparison.Ordinal);
            if (at >= 0)
            {
                return floor + at + pause.Length;
            }
        }

        return char.IsLowSurrogate(text[limit]) && limit - 1 > start ? limit - 1 : limit;
    }
}
