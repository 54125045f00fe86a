namespace VectorDb.LocalHost.Tests.Hosting;

/// <summary>Keep-alive and new connections, slow requests and uploads.</summary>
internal static class GatewayLoad
{
    private static readonly ReadOnlyMemory<byte> Piece = new byte[16 << 10];

    public static RequestLoad Start(int port)
    {
        var load = new RequestLoad(new Uri($"http://127.0.0.1:{port}"));
        for (var client = 0; client < 2; client++)
        {
            load.Add(keepAlive: true, static () => new HttpRequestMessage(HttpMethod.Get, "/keep-alive"));
            load.Add(keepAlive: false, static () => new HttpRequestMessage(HttpMethod.Get, "/new-connection"));
            load.Add(keepAlive: true, static () => new HttpRequestMessage(HttpMethod.Get, "/slow/700"));
            load.Add(keepAlive: true, static () => new HttpRequestMessage(HttpMethod.Post, "/upload")
            {
                Content = new TrickledContent([.. Enumerable.Repeat(Piece, 20)], TimeSpan.FromMilliseconds(30)),
            });
        }

        return load;
    }
}
