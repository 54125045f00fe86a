using System.Net;
using Microsoft.AspNetCore.Connections;

namespace VectorDb.LocalHost.Platform;

/// <summary>
/// Lets a server stop accepting connections and keep those that it has. Kestrel can only do both at once: when it stops, it
/// ends idle connections at a moment at which a client may just be sending its next request.
/// </summary>
internal sealed class AcceptControl(IConnectionListenerFactory sockets) : IConnectionListenerFactory
{
    private readonly List<Listener> _listeners = [];

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(await sockets.BindAsync(endpoint, cancellationToken));
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>New connections wait in the socket's queue, for whoever else accepts from it.</summary>
    public async Task StopAcceptingAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.StopAcceptingAsync();
        }
    }

    private sealed class Listener(IConnectionListener inner) : IConnectionListener
    {
        private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            if (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                return connection;
            }

            // Null would tell Kestrel that the listener has been closed.
            await _unbound.Task.WaitAsync(cancellationToken);
            return null;
        }

        public async Task StopAcceptingAsync() => await inner.UnbindAsync();

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await inner.UnbindAsync(cancellationToken);
            _unbound.TrySetResult();
        }

        public ValueTask DisposeAsync()
        {
            _unbound.TrySetResult();
            return inner.DisposeAsync();
        }
    }
}
