using System.Collections.Concurrent;
using System.Net;

namespace VectorDb.Testing;

/// <summary>Clients that repeat one request each until they are told to stop. Every request counts, and so does every failure.</summary>
public sealed class RequestLoad(Uri address) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly List<Task> _clients = [];
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Distinct answers, each with how often it came.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>Answers of any other kind than success, and requests without an answer.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Adds a client.</summary>
    /// <param name="keepAlive">Whether it stays on its connection or makes a new one for each request.</param>
    /// <param name="request">Must be made anew for each call.</param>
    public void Add(bool keepAlive, Func<HttpRequestMessage> request) => _clients.Add(Task.Run(async () =>
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.ConnectionClose = !keepAlive;
        while (!_stop.IsCancellationRequested)
        {
            await SendAsync(client, request);
        }
    }));

    /// <summary>Waits until so many more requests have been answered.</summary>
    public async Task AdvanceAsync(int requests)
    {
        var target = Requests + requests;
        await Eventually.TrueAsync(() => Requests >= target, "the load goes on", TimeSpan.FromMinutes(1));
    }

    /// <summary>Lets the requests under way finish.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task SendAsync(HttpClient client, Func<HttpRequestMessage> request)
    {
        try
        {
            using var message = request();
            using var response = await client.SendAsync(message);
            var body = await response.Content.ReadAsStringAsync();
            _answers.AddOrUpdate(body, 1, static (_, count) => count + 1);
            if (!response.IsSuccessStatusCode)
            {
                _failures.Enqueue($"{message.Method} {message.RequestUri}: {(int)response.StatusCode} {body}");
            }
        }
        catch (Exception exception)
        {
            _failures.Enqueue(exception.ToString());
        }

        Interlocked.Increment(ref _requests);
    }
}

/// <summary>A body that takes its time.</summary>
/// <param name="pieces">Sent one after the other.</param>
/// <param name="pause">After each piece.</param>
public sealed class TrickledContent(IReadOnlyList<ReadOnlyMemory<byte>> pieces, TimeSpan pause) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var piece in pieces)
        {
            await stream.WriteAsync(piece);
            await stream.FlushAsync();
            await Task.Delay(pause);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
