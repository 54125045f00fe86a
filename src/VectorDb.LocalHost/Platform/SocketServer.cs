using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace VectorDb.LocalHost.Platform;

/// <summary>An HTTP server on a socket that is open already. The process, not the server, answers to signals.</summary>
internal static class SocketServer
{
    public static WebApplicationBuilder CreateBuilder(ListenSocket socket, ILoggerFactory logs, Action<KestrelServerOptions, ListenOptions> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenHandle((ulong)socket.Descriptor, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                configure(kestrel, listen);
            });
        });
        builder.Services.AddSingleton<SocketTransportFactory>();
        builder.Services.AddSingleton(static services => new AcceptControl(services.GetRequiredService<SocketTransportFactory>()));
        builder.Services.Replace(ServiceDescriptor.Singleton<IConnectionListenerFactory>(static services => services.GetRequiredService<AcceptControl>()));
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        return builder;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
