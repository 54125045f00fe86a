using System.IO.Compression;
using System.Text;

namespace VectorDb.Core.Ingest.Reading;

/// <summary>
/// The characters of an upload: unpacks gzip, drops the byte order mark, ends lines with line feeds, and puts <see cref="Undecodable"/> where bytes are not
/// UTF-8, so that the row they are in can be refused and the others kept.
/// </summary>
internal sealed class TextSource : IDisposable
{
    /// <summary>Noncharacters of Unicode, in a sequence that no real file has.</summary>
    public const string Undecodable = "\uFFFF\uFDD0\uFFFE";

    private const int PeekBytes = 4;
    private const int HeadCharacters = 1 << 16;
    private readonly TextReader _reader;
    private readonly char[] _head = new char[HeadCharacters];
    private int _headLength;
    private int _headTaken;
    private bool _endsLinesWithCr;

    private TextSource(TextReader reader) => _reader = reader;

    /// <summary>The first characters, to tell the format from; reading gives them again.</summary>
    public ReadOnlyMemory<char> Head => _head.AsMemory(0, _headLength);

    /// <summary>Why the file ended before its end, e.g. a truncated gzip stream; null while there is nothing wrong.</summary>
    public string? BrokenOff { get; private set; }

    public static async Task<TextSource> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        var (head, whole) = await PeekAsync(file, cancellationToken);
        if (head is [0x1F, 0x8B, ..])
        {
            // Truncated input is an error only with System.IO.Compression.UseStrictValidation, which every project here sets.
            (head, whole) = await PeekGzipAsync(new GZipStream(whole, CompressionMode.Decompress), cancellationToken);
        }

        var source = new TextSource(new StreamReader(whole, EncodingOf(head), detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16));
        int read;
        while (source._headLength < HeadCharacters
            && (read = await source.ReadOnAsync(source._head.AsMemory(source._headLength), cancellationToken)) > 0)
        {
            source._headLength += read;
        }

        var start = source._head.AsSpan(0, source._headLength);
        source._endsLinesWithCr = start.Contains('\r') && !start.Contains('\n');
        source.EndLines(start);
        return source;
    }

    public static bool IsDecodable(ReadOnlySpan<char> text) => text.IndexOf(Undecodable, StringComparison.Ordinal) < 0;

    /// <returns>How many characters were read; 0 at the end, also where the file breaks off.</returns>
    public ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken)
    {
        var taken = Math.Min(buffer.Length, _headLength - _headTaken);
        if (taken == 0)
        {
            return ReadOnAsync(buffer, cancellationToken);
        }

        _head.AsMemory(_headTaken, taken).CopyTo(buffer);
        _headTaken += taken;
        return ValueTask.FromResult(taken);
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask<int> ReadOnAsync(Memory<char> buffer, CancellationToken cancellationToken)
    {
        if (BrokenOff is not null)
        {
            return 0;
        }

        try
        {
            var read = await _reader.ReadAsync(buffer, cancellationToken);
            EndLines(buffer.Span[..read]);
            return read;
        }
        catch (InvalidDataException exception)
        {
            BrokenOff = $"The file ends too early or is damaged: {exception.Message}";
            return 0;
        }
    }

    /// <summary>What reads lines knows line feeds only; a file without any, as some spreadsheets write, ends them with CR.</summary>
    private void EndLines(Span<char> text)
    {
        if (_endsLinesWithCr)
        {
            text.Replace('\r', '\n');
        }
    }

    private static async Task<(byte[] Head, Stream Whole)> PeekGzipAsync(GZipStream gzip, CancellationToken cancellationToken)
    {
        try
        {
            return await PeekAsync(gzip, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new UnreadableFileException($"The gzip file is damaged: {exception.Message}");
        }
    }

    private static async Task<(byte[] Head, Stream Whole)> PeekAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[PeekBytes];
        var length = await stream.ReadAtLeastAsync(head, PeekBytes, throwOnEndOfStream: false, cancellationToken);
        return (head[..length], new PrefixedStream(head.AsMemory(0, length), stream));
    }

    private static Encoding EncodingOf(byte[] head)
    {
        var name = head switch
        {
            [0xFF, 0xFE, ..] => "utf-16",
            [0xFE, 0xFF, ..] => "utf-16BE",
            _ => "utf-8",
        };
        return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Undecodable));
    }
}
