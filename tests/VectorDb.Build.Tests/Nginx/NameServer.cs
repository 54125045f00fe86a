using System.Net;
using System.Net.Sockets;

namespace VectorDb.Build.Tests.Nginx;

/// <summary>Answers every question for an address with the one set, good for one second.</summary>
internal sealed class NameServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public NameServer() => _ = AnswerAsync();

    public IPAddress Answer { get; set; } = IPAddress.Loopback;

    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    public void Dispose() => _socket.Dispose();

    private async Task AnswerAsync()
    {
        while (true)
        {
            UdpReceiveResult question;
            try
            {
                question = await _socket.ReceiveAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            // The question with the answer flags set, then one record: pointer to the name, type A, class IN, one second, the address.
            byte[] reply = [.. question.Buffer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, .. Answer.GetAddressBytes()];
            reply[2] = 0x81;
            reply[3] = 0x80;
            reply[7] = 1;
            await _socket.SendAsync(reply, question.RemoteEndPoint);
        }
    }
}
