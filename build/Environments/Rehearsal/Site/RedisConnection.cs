using System.Net.Sockets;
using System.Text;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>Commands to a Redis of the site, through a socket that nobody else may open.</summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _answers;

    private RedisConnection(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _answers = new StreamReader(_stream);
    }

    public static async Task<RedisConnection> OpenAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new RedisConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command whose answer is one line.</summary>
    /// <exception cref="InvalidOperationException">Redis refused; its own words are left out, because they repeat what may be a password.</exception>
    public async Task SendAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        var text = string.Concat(words.Select(static word => $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n"));
        await _stream.WriteAsync(Encoding.UTF8.GetBytes($"*{words.Count}\r\n{text}"), cancellation);
        if (await _answers.ReadLineAsync(cancellation) is not ['+', ..])
        {
            throw new InvalidOperationException($"Redis refused {words[0]} {words[1]}");
        }
    }

    public void Dispose()
    {
        _answers.Dispose();
        _stream.Dispose();
    }
}
