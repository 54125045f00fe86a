using System.Net;
using System.Net.Sockets;

namespace VectorDb.LocalHost.Supervision;

/// <summary>
/// Ports for the services behind the gateway. They are taken from below the range from which the system serves outgoing
/// connections, so that under load no connection of a client can take one between its choice and its use.
/// </summary>
internal static class LoopbackPorts
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new StartupException($"No free port between {Lowest} and {Highest} on 127.0.0.1.");
    }

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
