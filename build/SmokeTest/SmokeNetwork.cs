using System.Net.Sockets;

namespace VectorDb.Build.SmokeTest;

/// <summary>Carries the requests of a smoke test: to the address of the service, or to the load balancer that will answer under it.</summary>
internal interface ISmokeNetwork
{
    HttpMessageHandler Open(SmokeTarget target);
}

/// <summary>Sockets. Certificates are checked against the service's own name whatever the address.</summary>
internal sealed class SmokeNetwork : ISmokeNetwork
{
    public HttpMessageHandler Open(SmokeTarget target)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (target.Balancer is { Address: var address })
        {
            handler.ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return handler;
    }
}
