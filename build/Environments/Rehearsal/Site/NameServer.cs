using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// The name server of the site, over UDP and TCP: the names of AWS and the rehearsal's domain are the site's address, and no other name
/// exists, so that nothing in a rehearsal reaches for the world unnoticed.
/// </summary>
internal sealed class NameServer : IAsyncDisposable
{
    public const int Port = 53;

    private const int HeaderLength = 12;
    private const ushort TypeA = 1;
    private const byte NoSuchName = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<string> _domains;
    private readonly byte[] _answer;
    private readonly UdpClient _datagrams;
    private readonly TcpListener _connections;
    private readonly Task _answering;

    /// <param name="address">Where it listens; what it answers.</param>
    /// <param name="domains">Those that it knows, with all names below them.</param>
    /// <exception cref="SocketException">Another name server listens there, or this process may not.</exception>
    public NameServer(IPAddress address, IReadOnlyList<string> domains)
    {
        (_domains, _answer) = (domains, address.GetAddressBytes());
        _datagrams = new UdpClient(new IPEndPoint(address, Port));
        _connections = new TcpListener(address, Port);
        _connections.Start();
        _answering = Task.WhenAll(AnswerDatagramsAsync(), AcceptAsync());
    }

    public static MissingPart? Missing() => MissingPart.WithoutRoot("Name server", $"port {Port} is for root alone");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _datagrams.Dispose();
        _connections.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerDatagramsAsync()
    {
        while (true)
        {
            try
            {
                var question = await _datagrams.ReceiveAsync(_stop.Token);
                if (Answer(question.Buffer) is { } answer)
                {
                    await _datagrams.SendAsync(answer, question.RemoteEndPoint, _stop.Token);
                }
            }
            catch (SocketException)
            {
                // Whoever asked has gone.
            }
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = AnswerStreamAsync(await _connections.AcceptTcpClientAsync(_stop.Token), _stop.Token);
            }
            catch (SocketException)
            {
                // The caller has gone.
            }
        }
    }

    private async Task AnswerStreamAsync(TcpClient client, CancellationToken cancellation)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var length = new byte[2];
                while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellation) == length.Length)
                {
                    var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(question, cancellation);
                    if (Answer(question) is not { } answer)
                    {
                        return;
                    }

                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer], cancellation);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The caller has gone.
        }
    }

    /// <summary>RFC 1035, section 4: the question again, with the answer behind it.</summary>
    /// <returns>Null for what is no question.</returns>
    private byte[]? Answer(byte[] question)
    {
        var (name, end) = NameIn(question);
        if (name is null || question.Length < end + 4)
        {
            return null;
        }

        var known = _domains.Any(domain => name == domain || name.EndsWith($".{domain}", StringComparison.Ordinal));
        var hasAddress = known && BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end)) == TypeA;
        // The record: a pointer to the name, type A, class IN, five seconds, four bytes of address.
        byte[] record = hasAddress ? [0xc0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, .. _answer] : [];
        byte[] answer = [.. question.AsSpan(0, end + 4), .. record];
        // A response, authoritative, recursion as it was asked for; one question, at most one answer, nothing else.
        answer[2] = (byte)(0x84 | (question[2] & 1));
        answer[3] = known ? (byte)0 : NoSuchName;
        answer.AsSpan(6, 6).Clear();
        answer[7] = (byte)(hasAddress ? 1 : 0);
        return answer;
    }

    private static (string? Name, int End) NameIn(byte[] question)
    {
        if (question.Length < HeaderLength || (question[2] & 0x80) != 0 || BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(4)) != 1)
        {
            return (null, 0);
        }

        var (labels, at) = (new List<string>(), HeaderLength);
        while (at < question.Length && question[at] is > 0 and < 64 && at + question[at] < question.Length)
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]).ToLowerInvariant());
            at += question[at] + 1;
        }

        return at < question.Length && question[at] == 0 ? (string.Join('.', labels), at + 1) : (null, 0);
    }
}
