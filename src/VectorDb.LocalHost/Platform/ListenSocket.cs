using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace VectorDb.LocalHost.Platform;

/// <summary>
/// A listening socket that this process holds by its descriptor. .NET's own object would shut the socket down when it is
/// disposed of, for every process that shares it.
/// </summary>
internal sealed class ListenSocket : IDisposable
{
    private const int Backlog = 1024;
    private const int None = -1;

    private int _descriptor;

    private ListenSocket(int descriptor) => _descriptor = descriptor;

    public int Descriptor => _descriptor;

    /// <exception cref="SocketException">The address is taken or not this machine's.</exception>
    public static ListenSocket Open(EndPoint endpoint)
    {
        var protocol = endpoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var listening = new ListenSocket((int)socket.Handle);
        socket.SafeHandle.SetHandleAsInvalid();
        GC.SuppressFinalize(socket);
        return listening;
    }

    /// <summary>Of a socket that another process opened and this one inherited.</summary>
    public static ListenSocket Inherited(string descriptor)
    {
        var number = int.Parse(descriptor, CultureInfo.InvariantCulture);
        Posix.SetCloseOnExec(number);
        return new ListenSocket(number);
    }

    public int Port()
    {
        using var view = new SafeSocketHandle(_descriptor, ownsHandle: false);
        using var socket = new Socket(view);
        return socket.LocalEndPoint is IPEndPoint address ? address.Port : 0;
    }

    /// <summary>The system goes on listening for as long as another process holds the socket.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _descriptor, None) is var descriptor and not None)
        {
            Posix.CloseDescriptor(descriptor);
        }
    }
}
