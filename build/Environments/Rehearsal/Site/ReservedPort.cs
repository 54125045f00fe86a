using System.Net;
using System.Net.Sockets;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// A TCP port for a program of the site, from below the range from which the system serves outgoing connections, reserved until it is
/// disposed of. The UDP port of the same number is the reservation: of two sites that choose at the same moment only one gets it, or
/// the program of the first would answer for the second's.
/// </summary>
internal sealed class ReservedPort : IDisposable
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    private readonly Socket _reservation;

    private ReservedPort(int number, Socket reservation) => (Number, _reservation) = (number, reservation);

    public int Number { get; }

    /// <summary>One that nobody listens on at the loopback, nor at <paramref name="address"/>.</summary>
    public static ReservedPort Choose(IPAddress address)
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var number = Random.Shared.Next(Lowest, Highest);
            if (TryBind(IPAddress.Loopback, number, ProtocolType.Udp) is not { } reservation)
            {
                continue;
            }

            using var loopback = TryBind(IPAddress.Loopback, number, ProtocolType.Tcp);
            using var site = TryBind(address, number, ProtocolType.Tcp);
            if (loopback is not null && site is not null)
            {
                return new ReservedPort(number, reservation);
            }

            reservation.Dispose();
        }

        throw new InvalidOperationException($"No free port between {Lowest} and {Highest} on both 127.0.0.1 and {address}.");
    }

    public void Dispose() => _reservation.Dispose();

    private static Socket? TryBind(IPAddress address, int port, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
