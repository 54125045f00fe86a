using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace VectorDb.Testing;

/// <summary>
/// TCP ports below the range from which the system serves outgoing connections and below that of <c>LoopbackPort</c>. The UDP port of
/// the same number is the reservation: no two test processes get the same port, and none is handed out twice.
/// </summary>
public static class FreePort
{
    private const int Lowest = 11_000;
    private const int Highest = 20_000;

    // Kept until the process ends.
    private static readonly ConcurrentBag<Socket> Reservations = [];

    /// <summary>A loopback TCP port that nobody listens on, and that no other test gets.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if (TryBind(port, SocketType.Dgram, ProtocolType.Udp) is not { } reservation)
            {
                continue;
            }

            using var probe = TryBind(port, SocketType.Stream, ProtocolType.Tcp);
            if (probe is not null)
            {
                Reservations.Add(reservation);
                return port;
            }

            reservation.Dispose();
        }

        throw new InvalidOperationException($"No free port between {Lowest} and {Highest} on 127.0.0.1.");
    }

    private static Socket? TryBind(int port, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
