using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VectorDb.LocalHost.Platform;

/// <summary>The conversation with systemd, where it is the one that started the host.</summary>
internal static class ServiceManager
{
    private const string FirstInherited = "3";

    /// <summary>The socket of a socket unit.</summary>
    public static ListenSocket? Socket()
    {
        var isForThisProcess = Environment.GetEnvironmentVariable("LISTEN_PID") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isForThisProcess && Environment.GetEnvironmentVariable("LISTEN_FDS") is not (null or "0") ? ListenSocket.Inherited(FirstInherited) : null;
    }

    /// <summary>This process serves, and is the one to watch from now on.</summary>
    public static void Ready() => Notify($"MAINPID={Environment.ProcessId}\nREADY=1");

    public static void Stopping() => Notify("STOPPING=1");

    private static void Notify(string message)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } address)
        {
            return;
        }

        // A leading @ stands for the zero byte of an abstract address.
        var endpoint = new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address);
        using var socket = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(message), endpoint);
    }
}
