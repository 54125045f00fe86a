namespace VectorDb.Core.Ingest.Reading;

/// <summary>
/// A sliding window over the characters of a file, from the start of the record under way. It grows with the record up to a
/// limit, so memory stays bounded whatever the file holds.
/// </summary>
internal sealed class TextWindow(TextSource source, int longestRecord)
{
    private char[] _buffer = new char[1 << 16];
    private int _start;
    private int _end;

    /// <summary>From the start of the record to the last character read.</summary>
    public ReadOnlySpan<char> Seen => _buffer.AsSpan(_start, _end - _start);

    public bool IsFull => Seen.Length >= longestRecord;

    /// <summary>Drops characters from the front: they were dealt with.</summary>
    public void Advance(int characters) => _start += characters;

    /// <returns>False at the end of the file.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == _buffer.Length)
        {
            MakeRoom();
        }

        var read = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    /// <summary>Drops everything up to and including the next line feed, however far that is.</summary>
    public async ValueTask SkipLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = Seen.IndexOf('\n');
            if (at >= 0)
            {
                Advance(at + 1);
                return;
            }

            Advance(Seen.Length);
            if (!await FillAsync(cancellationToken))
            {
                return;
            }
        }
    }

    private void MakeRoom()
    {
        var length = _end - _start;
        var target = length > _buffer.Length / 2 ? new char[_buffer.Length * 2] : _buffer;
        Array.Copy(_buffer, _start, target, 0, length);
        (_buffer, _start, _end) = (target, 0, length);
    }
}
