using System.Net;
using System.Net.Sockets;

namespace VectorDb.LocalHost.Supervision;

/// <summary>
/// A TCP port for a service behind the gateway, reserved until it is disposed of. It is taken from below the range from which
/// the system serves outgoing connections, so that under load no connection of a client can take it between its choice and its use.
/// </summary>
/// <remarks>
/// Two services that chose the same free port at the same moment would be told apart by nothing: the one that comes second
/// seems healthy until it ends, since the other answers for its release. The UDP port of the same number, which nobody else
/// uses, is the reservation: the system grants it once, to whichever process, and takes it back when that ends.
/// </remarks>
internal sealed class LoopbackPort : IDisposable
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    private readonly Socket _reservation;

    private LoopbackPort(int number, Socket reservation)
    {
        Number = number;
        _reservation = reservation;
    }

    public int Number { get; }

    /// <summary>Whether no program serves on it.</summary>
    public bool IsFree
    {
        get
        {
            using var probe = TryBind(Number, SocketType.Stream, ProtocolType.Tcp);
            return probe is not null;
        }
    }

    /// <exception cref="StartupException">There is no free port in the range.</exception>
    public static LoopbackPort Reserve()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            if (TryReserve(Random.Shared.Next(Lowest, Highest)) is { } port)
            {
                return port;
            }
        }

        throw new StartupException($"No free port between {Lowest} and {Highest} on 127.0.0.1.");
    }

    /// <returns>Null where it is in use or reserved already.</returns>
    public static LoopbackPort? TryReserve(int number)
    {
        if (TryBind(number, SocketType.Dgram, ProtocolType.Udp) is not { } reservation)
        {
            return null;
        }

        var port = new LoopbackPort(number, reservation);
        if (port.IsFree)
        {
            return port;
        }

        port.Dispose();
        return null;
    }

    public void Dispose() => _reservation.Dispose();

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
