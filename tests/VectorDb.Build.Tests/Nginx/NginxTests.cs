using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace VectorDb.Build.Tests.Nginx;

[Trait(Suites.Trait, Suites.Full)]
public sealed class NginxTests
{
    private const string BehindBalancer = """
        set_real_ip_from 127.0.0.1;
        geo $realip_remote_addr $from_balancer { default 0; 127.0.0.1 1; }
        limit_req_zone $limited_client zone=requests:10m rate=50r/s;
        limit_conn_zone $limited_client zone=connections:10m;
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Too_many_requests_are_told_to_slow_down_but_health_checks_always_pass()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => AskTimesAsync(client, "/echo", 10))));
        var limited = answers.SelectMany(some => some).Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(limited);
        Assert.Equal("application/problem+json", limited[0].Content.Headers.ContentType!.MediaType);
        Assert.NotNull(limited[0].Headers.RetryAfter);

        var health = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => AskTimesAsync(client, "/api/v1/health", 10))));
        Assert.All(health.SelectMany(some => some), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task One_client_cannot_hold_all_connections()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        var waiting = Enumerable.Range(0, 80).Select(_ => client.GetAsync("/slow", Cancellation)).ToList();
        await Eventually.TrueAsync(() => waiting.Count(task => task.IsCompleted) == 16, "80 less 64 are refused");
        backend.Release.SetResult();
        Assert.Equal(64, (await Task.WhenAll(waiting)).Count(answer => answer.IsSuccessStatusCode));
    }

    [Theory]
    [InlineData(true, "203.0.113.7", "https")]
    [InlineData(false, "127.0.0.1", "http")]
    public async Task The_clients_address_and_scheme_come_from_the_balancer_only(bool balancer, string address, string scheme)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend, balancer ? BehindBalancer : null);
        var seen = await EchoAsync(proxy, ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/evil"));
        Assert.Equal(address, seen["X-Forwarded-For"]);
        Assert.Equal(scheme, seen["X-Forwarded-Proto"]);
        Assert.DoesNotContain("X-Forwarded-Prefix", seen.Keys);
    }

    [Fact]
    public async Task Connections_to_the_API_stay_open_between_requests()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        await AskTimesAsync(client, "/echo", 40);
        Assert.InRange(backend.Connections.Distinct().Count(), 1, Environment.ProcessorCount);
    }

    [Theory]
    [InlineData("POST", "/api/v1/collections/books/uploads")]
    [InlineData("PUT", "/api/v1/collections/books/records")]
    [InlineData("POST", "/api/v1/collections/books/search")]
    [InlineData("POST", "/dashboard/login")]
    [InlineData("POST", "/docs")]
    [InlineData("POST", "/echo")]
    public async Task A_body_goes_on_while_it_is_still_being_sent_and_is_stored_nowhere(string method, string path)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        var body = Channel.CreateUnbounded<byte[]>();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ChannelContent(body.Reader) };
        var sending = client.SendAsync(request, Cancellation);
        await body.Writer.WriteAsync(new byte[100_000], Cancellation);
        for (var arrived = 0; arrived < 100_000;)
        {
            arrived += await backend.NextPieceAsync(Cancellation);
        }

        Assert.False(sending.IsCompleted);
        body.Writer.Complete();
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.DoesNotContain("temporary file", proxy.Errors);
    }

    [Fact]
    public async Task Who_has_no_key_is_told_before_the_body_has_come()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        Assert.Contains("401", await FirstLineAsync(proxy, "PUT", "/api/v1/collections/books/closed", megabytes: 60));
    }

    [Theory]
    [InlineData("/echo", 2)]
    [InlineData("/docs", 2)]
    [InlineData("/dashboard/login", 2)]
    [InlineData("/api/v1/health", 2)]
    [InlineData("/api/v1/collections/books/records", 70)]
    [InlineData("/API/v1/Collections/books/uploads/", 6000)]
    public async Task A_body_over_the_limit_is_refused_before_it_is_sent(string path, int megabytes)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        Assert.Contains("413", await FirstLineAsync(proxy, "POST", path, megabytes));
        Assert.Empty(backend.Requests);
    }

    [Theory]
    [InlineData("/api/v1/collections/books/search", 60)]
    [InlineData("/api/v1/collections/books/uploads", 5000)]
    [InlineData("/API/v1/Collections/books/uploads/", 5000)]
    public async Task A_body_within_the_limit_of_its_route_is_taken(string path, int megabytes)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var connection = await BeginAsync(proxy, "POST", path, megabytes);
        Assert.Equal(1, await backend.NextPieceAsync(Cancellation));
    }

    [Fact]
    public async Task An_answer_that_its_reader_takes_slowly_is_stored_nowhere()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var answer = await proxy.Client().GetAsync("/long", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancellation);
        var (buffer, total) = (new byte[1000], 0L);
        while (await stream.ReadAsync(buffer, Cancellation) is > 0 and var count)
        {
            total += count;
        }

        Assert.Equal(Backend.Long, total);
        Assert.DoesNotContain("temporary file", proxy.Errors);
    }

    [Fact]
    public async Task Every_answer_has_the_security_headers_once_and_HSTS_over_TLS_alone()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend, BehindBalancer);
        using var client = proxy.Client();
        var plain = await client.GetAsync("/echo", Cancellation);
        Assert.Equal("nosniff", Assert.Single(plain.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(plain.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("nginx", plain.Headers.Server.ToString());
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));

        var framed = await client.GetAsync("/framed", Cancellation);
        Assert.Equal("SAMEORIGIN", Assert.Single(framed.Headers.GetValues("X-Frame-Options")));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/docs/page.js") { Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "203.0.113.7" } } };
        Assert.Contains("max-age=31536000", Assert.Single((await client.SendAsync(request, Cancellation)).Headers.GetValues("Strict-Transport-Security")));
    }

    [Fact]
    public async Task JSON_is_compressed_for_those_who_can_read_it()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/big") { Headers = { { "Accept-Encoding", "gzip" } } };
        var answer = await proxy.Client().SendAsync(request, Cancellation);
        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync(Cancellation)).Length, 1, 10_000);
    }

    [Theory]
    [InlineData("caller-0123456789", true)]
    [InlineData("x\"; DROP TABLE", false)]
    public async Task One_request_id_reaches_the_API_the_answer_and_the_log(string given, bool kept)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo?token=secret");
        request.Headers.TryAddWithoutValidation("X-Request-Id", given);
        var answer = await client.SendAsync(request, Cancellation);
        var seen = await answer.Content.ReadFromJsonAsync<Dictionary<string, string>>(Cancellation);
        var id = seen!["X-Request-Id"];
        Assert.Equal(kept, id == given);
        Assert.Equal(id, Assert.Single(answer.Headers.GetValues("X-Request-Id")));

        var line = await Eventually.ReturnsAsync(() => File.ReadAllTextAsync(proxy.LogFile, Cancellation), text => text.Contains(id), "the request is logged");
        var entry = JsonDocument.Parse(line).RootElement;
        Assert.Equal((id, "GET", "/echo", 200), (
            entry.GetProperty("requestId").GetString(), entry.GetProperty("method").GetString(), entry.GetProperty("path").GetString(), entry.GetProperty("status").GetInt32()));
        Assert.DoesNotContain("secret", line);
    }

    [Fact]
    public async Task The_dashboard_opens_only_for_those_who_are_logged_in()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        var stranger = await client.GetAsync("/dashboard/tasks/7", Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
        Assert.EndsWith("/dashboard/login?returnUrl=/dashboard/tasks/7", stranger.Headers.Location!.ToString());
        Assert.DoesNotContain("/dashboard/tasks/7", backend.Requests.Keys);
        Assert.Equal("page login", await client.GetStringAsync("/dashboard/login", Cancellation));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/tasks/7") { Headers = { { "Cookie", "session=ok" } } };
        Assert.Equal("page tasks/7", await (await client.SendAsync(request, Cancellation)).Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("/dashboard/assets/dashboard.css?v=0f3a91bc", "public, max-age=31536000, immutable")]
    [InlineData("/docs/page.js", "public, max-age=600")]
    public async Task Static_files_come_from_the_cache_with_cache_headers(string path, string expected)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        await client.GetAsync(path, Cancellation);
        var second = await client.GetAsync(path, Cancellation);
        Assert.Equal("HIT", Assert.Single(second.Headers.GetValues("X-Cache")));
        Assert.Equal(expected, Assert.Single(second.Headers.GetValues("Cache-Control")));
        Assert.Equal(1, backend.Requests[path.Split('?')[0]]);
    }

    [Theory]
    [InlineData("/docs/page.js?a=1", "/docs/page.js?a=2")]
    [InlineData("/dashboard/assets/dashboard.css?v=0f3a91bc&a=1", "/dashboard/assets/dashboard.css?a=2&v=0f3a91bc")]
    public async Task Whatever_a_client_adds_to_a_static_file_it_takes_no_more_room_in_the_cache(string path, string other)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        using var client = proxy.Client();
        foreach (var (asked, encoding) in new[] { (path, "gzip"), (other, "gzip, br"), (path, "x, gzip;q=0.5"), (other, "gzip;q=1") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, asked);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
            Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(request, Cancellation)).StatusCode);
        }

        Assert.Equal(1, backend.Requests[path.Split('?')[0]]);
    }

    [Fact]
    public async Task A_dashboard_that_moved_to_another_address_is_found_again()
    {
        using var names = new NameServer();
        await using var first = await Backend.StartAsync();
        var port = int.Parse(first.Address.Split(':')[1]);
        await using var second = await Backend.StartAsync("127.0.0.2", port);
        await using var proxy = await Proxy.StartAsync(first, dashboard: $"dashboard.test:{port}", resolver: names.Address);
        using var client = proxy.Client();
        await client.GetAsync("/dashboard/login", Cancellation);
        Assert.Equal(1, first.Requests["/dashboard/login"]);
        names.Answer = IPAddress.Parse("127.0.0.2");
        await Eventually.TrueAsync(
            async () =>
            {
                await client.GetAsync("/dashboard/login", Cancellation);
                return second.Requests.ContainsKey("/dashboard/login");
            },
            "the new address is asked");
    }

    [Fact]
    public async Task While_the_API_is_away_the_answer_says_so_and_the_proxy_stays_up()
    {
        var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        await backend.DisposeAsync();
        using var client = proxy.Client();
        var answer = await client.GetAsync("/api/v1/collections", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("ok\n", await client.GetStringAsync("/nginx-health", Cancellation));
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/Metrics")]
    [InlineData("/metrics/")]
    [InlineData("//METRICS//")]
    [InlineData("/%6Detrics?a=b")]
    public async Task Metrics_are_not_for_the_world_however_they_are_spelt(string path)
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await Proxy.StartAsync(backend);
        Assert.Contains("404", await FirstLineAsync(proxy, "GET", path, megabytes: 0));
        Assert.Empty(backend.Requests);
    }

    private static async Task<string> FirstLineAsync(Proxy proxy, string method, string path, int megabytes)
    {
        using var connection = await BeginAsync(proxy, method, path, megabytes);
        using var reader = new StreamReader(connection.GetStream());
        return (await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(Backend.Patience, Cancellation))!;
    }

    /// <summary>Sends the head of a request, and one byte of its body.</summary>
    private static async Task<TcpClient> BeginAsync(Proxy proxy, string method, string path, int megabytes)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(proxy.Url.Host, proxy.Url.Port, Cancellation);
        var head = $"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {megabytes * 1024L * 1024}\r\n\r\n{(megabytes > 0 ? "x" : "")}";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
        return connection;
    }

    private static async Task<Dictionary<string, string>> EchoAsync(Proxy proxy, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo");
        headers.ToList().ForEach(header => request.Headers.Add(header.Name, header.Value));
        var answer = await proxy.Client().SendAsync(request, Cancellation);
        return (await answer.Content.ReadFromJsonAsync<Dictionary<string, string>>(Cancellation))!;
    }

    private static async Task<List<HttpResponseMessage>> AskTimesAsync(HttpClient client, string path, int times)
    {
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < times; i++)
        {
            answers.Add(await client.GetAsync(path, Cancellation));
        }

        return answers;
    }

    private sealed class ChannelContent(ChannelReader<byte[]> pieces) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await foreach (var piece in pieces.ReadAllAsync())
            {
                await stream.WriteAsync(piece);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
