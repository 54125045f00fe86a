using System.Net;

namespace VectorDb.LocalHost.Supervision;

/// <summary>Where a service can be reached right now. It changes with every restart.</summary>
internal sealed class ServiceEndpoint
{
    private volatile TaskCompletionSource<string> _address = New();

    /// <summary>The service answers here, on the loopback address.</summary>
    public void Open(int port) => Open(new IPEndPoint(IPAddress.Loopback, port));

    public void Open(IPEndPoint endpoint)
    {
        if (!_address.TrySetResult($"http://{endpoint}"))
        {
            throw new InvalidOperationException("The endpoint is open already.");
        }
    }

    public void Close()
    {
        if (_address.Task.IsCompleted)
        {
            _address = New();
        }
    }

    /// <returns>The address at once, or as soon as the service is up again; null when it is not up in time.</returns>
    public async ValueTask<string?> FindAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var address = _address.Task;
        if (address.IsCompletedSuccessfully)
        {
            return address.Result;
        }

        try
        {
            return await address.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static TaskCompletionSource<string> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
