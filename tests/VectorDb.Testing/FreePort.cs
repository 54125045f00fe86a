using System.Net;
using System.Net.Sockets;

namespace VectorDb.Testing;

public static class FreePort
{
    /// <summary>A loopback TCP port that the system had free a moment ago.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
