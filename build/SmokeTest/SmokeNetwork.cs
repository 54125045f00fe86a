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
        if (target.Balancer is { } balancer)
        {
            handler.ConnectCallback = FixedAddress.Connect(balancer.Address);
        }

        return handler;
    }
}
