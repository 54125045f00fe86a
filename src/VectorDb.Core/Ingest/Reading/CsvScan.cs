namespace VectorDb.Core.Ingest.Reading;

/// <summary>Looks for the end of a CSV record in characters that arrive bit by bit.</summary>
internal struct CsvScan()
{
    public const char Quote = '"';
    private bool _atFieldStart = true;
    private bool _mayBeClosing;

    /// <summary>Just after the line feed that ends the record, once it is found.</summary>
    public int Position { get; private set; }

    private bool InQuotes { get; set; }

    /// <summary>A quoted field is still open, should no more characters come.</summary>
    public readonly bool IsOpen => InQuotes && !_mayBeClosing;

    /// <returns>Whether the end was found.</returns>
    public bool Continue(ReadOnlySpan<char> seen, char delimiter)
    {
        while (Position < seen.Length)
        {
            if (_atFieldStart && seen[Position] == Quote)
            {
                InQuotes = true;
                _atFieldStart = false;
                Position++;
            }
            else if (InQuotes)
            {
                if (!PassQuoted(seen))
                {
                    return false;
                }
            }
            else
            {
                var at = seen[Position..].IndexOfAny(delimiter, '\n');
                if (at < 0)
                {
                    _atFieldStart = false;
                    Position = seen.Length;
                    return false;
                }

                Position += at + 1;
                _atFieldStart = true;
                if (seen[Position - 1] == '\n')
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <returns>False when more characters are needed.</returns>
    private bool PassQuoted(ReadOnlySpan<char> seen)
    {
        var at = seen[Position..].IndexOf(Quote);
        _mayBeClosing = false;
        if (at < 0)
        {
            Position = seen.Length;
            return false;
        }

        Position += at;
        if (Position + 1 == seen.Length)
        {
            // The next character tells whether this one is escaped; where there is none, it closes.
            _mayBeClosing = true;
            return false;
        }

        InQuotes = seen[Position + 1] == Quote;
        Position += InQuotes ? 2 : 1;
        return true;
    }
}
