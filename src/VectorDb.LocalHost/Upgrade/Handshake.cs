namespace VectorDb.LocalHost.Upgrade;

/// <summary>
/// The words that an old and a new host exchange, one a line, over the new one's standard input and output:
/// <c>loaded</c>, then <c>queue</c> (the old one has let go of it), <c>ready</c>, then <c>accept</c>, <c>accepting</c>.
/// At any step the new one may say <c>failed: reason</c> instead. Later, when it is told to stop, it says <c>leaving</c>, and
/// sees by the end of its input that the old one has ended.
/// </summary>
internal sealed class Handshake(TextReader hears, TextWriter says)
{
    public const string Loaded = "loaded";
    public const string Queue = "queue";
    public const string Ready = "ready";
    public const string Accept = "accept";
    public const string Accepting = "accepting";
    public const string Leaving = "leaving";

    private const string Failed = "failed: ";

    public async Task SayAsync(string word, CancellationToken cancellationToken)
    {
        await says.WriteLineAsync(word.AsMemory(), cancellationToken);
        await says.FlushAsync(cancellationToken);
    }

    public Task SayFailedAsync(string reason, CancellationToken cancellationToken) => SayAsync(Failed + reason.ReplaceLineEndings(" "), cancellationToken);

    /// <summary>Completes when the other side says the word, or has ended.</summary>
    public async Task HearOrEndAsync(string word)
    {
        string? line;
        do
        {
            line = await hears.ReadLineAsync(CancellationToken.None);
        }
        while (line is not null && line != word);
    }

    /// <exception cref="HandshakeException">The other side failed, ended, or said something else.</exception>
    public async Task HearAsync(string word, TimeSpan limit, CancellationToken cancellationToken)
    {
        string? line;
        try
        {
            line = await hears.ReadLineAsync(cancellationToken).AsTask().WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new HandshakeException($"the other host is not '{word}' within {limit.TotalSeconds:0} s");
        }

        if (line != word)
        {
            throw new HandshakeException(line switch
            {
                null => "the other host ended",
                _ when line.StartsWith(Failed, StringComparison.Ordinal) => line[Failed.Length..],
                _ => $"the other host said '{line}' instead of '{word}'",
            });
        }
    }
}

/// <summary>The other host did not play its part.</summary>
internal sealed class HandshakeException(string message) : Exception(message);
