using System.Collections.Concurrent;
using System.Net;

namespace VectorDb.LocalHost.Tests.Hosting;

/// <summary>
/// Clients of each kind, until they are told to stop: keep-alive and new connections, slow requests, uploads. Every request
/// counts, and so does every failure.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly List<Task> _clients = [];
    private int _requests;

    public Load(int port)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        for (var client = 0; client < 2; client++)
        {
            Run(address, keepAlive: true, static (http, cancelled) => http.GetAsync("/keep-alive", cancelled));
            Run(address, keepAlive: false, static (http, cancelled) => http.GetAsync("/new-connection", cancelled));
            Run(address, keepAlive: true, static (http, cancelled) => http.GetAsync("/slow/700", cancelled));
            Run(address, keepAlive: true, static (http, cancelled) => http.PostAsync("/upload", new TrickledContent(pieces: 20, TimeSpan.FromMilliseconds(30)), cancelled));
        }
    }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Distinct answers, each with how often it came.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    public IReadOnlyCollection<string> Failures => _failures;

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

    private void Run(Uri address, bool keepAlive, Func<HttpClient, CancellationToken, Task<HttpResponseMessage>> request) => _clients.Add(Task.Run(async () =>
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.ConnectionClose = !keepAlive;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var response = await request(client, CancellationToken.None);
                var body = await response.Content.ReadAsStringAsync(CancellationToken.None);
                _answers.AddOrUpdate(body, 1, static (_, count) => count + 1);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    _failures.Enqueue($"{(int)response.StatusCode} {body}");
                }
            }
            catch (Exception exception)
            {
                _failures.Enqueue(exception.ToString());
            }

            Interlocked.Increment(ref _requests);
        }
    }));

    /// <summary>A body that takes its time.</summary>
    private sealed class TrickledContent(int pieces, TimeSpan pause) : HttpContent
    {
        private static readonly byte[] Piece = new byte[16 << 10];

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var piece = 0; piece < pieces; piece++)
            {
                await stream.WriteAsync(Piece);
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
}
