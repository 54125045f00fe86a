using System.Net;
using System.Net.Sockets;
using System.Text;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class GatewayTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await RunningHost.StartAsync(_home);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Requests_reach_the_services_of_the_active_release()
    {
        using var before = await _host.Client.GetAsync("/api/v1/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Equal("application/problem+json", before.Content.Headers.ContentType?.MediaType);

        await _host.DeployAsync("one");
        Assert.Equal("api one", await _host.GetAsync("/"));
        Assert.Equal("dashboard one", await _host.GetAsync("/dashboard/hangfire"));
        Assert.Equal($"127.0.0.1 http 127.0.0.1:{_host.Port} 127.0.0.1:{_host.Port}", await _host.GetAsync("/forwarded"));
        Assert.Equal("one", await _host.GetAsync("/environment/VECTORDB_RELEASE"));
        Assert.Equal(_home.File("data"), await _host.GetAsync("/environment/VECTORDB_DATA"));
        Assert.Equal("", await _host.GetAsync("/environment/VECTORDB_EMBEDDER"));
        Assert.Equal($"127.0.0.1:{(await _host.StatusAsync()).Queue.Port}", await _host.GetAsync("/environment/VECTORDB_REDIS"));
    }

    [Theory]
    [InlineData("/target/a%2Fb%20c%25%C3%A9?q=%2F&empty=")]
    [InlineData("/target/plain")]
    [InlineData("/target//double//%5Bx%5D?")]
    [InlineData("/target/a/%2E%2E")]
    public async Task The_address_reaches_the_service_as_it_was_sent(string target)
    {
        await _host.DeployAsync("one");
        using var client = new TcpClient("127.0.0.1", _host.Port);
        await using var stream = client.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.Contains(target, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_uploads_and_events_are_streamed()
    {
        await _host.DeployAsync("one");
        using var body = new ByteArrayContent(new byte[40 << 20]);
        using var upload = await _host.Client.PostAsync("/upload", body, TestContext.Current.CancellationToken);
        Assert.Equal($"{40 << 20}", await upload.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        await using var events = await _host.Client.GetStreamAsync("/events", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(events);
        Assert.Equal("data: first", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_switch_and_a_switch_back_under_load_lose_no_request()
    {
        await _host.DeployAsync("one");
        await using var load = GatewayLoad.Start(_host.Port);
        await load.AdvanceAsync(200);
        await _host.DeployAsync("two");
        (await _host.PostAsync("/releases/one/retire")).EnsureSuccessStatusCode();
        await _host.DeployAsync("one");
        (await _host.PostAsync("/releases/two/retire")).EnsureSuccessStatusCode();
        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.All(["api one", "api two"], answer => Assert.True(load.Answers[answer] > 50));
        Assert.Equal("one", Assert.Single((await _host.StatusAsync()).Releases).Id);
    }

    [Fact]
    public async Task A_request_finishes_on_the_release_that_took_it()
    {
        await _host.DeployAsync("one");
        var slow = _host.GetAsync("/slow/5000");
        await Eventually.TrueAsync(async () => (await _host.StatusAsync()).Releases[0].InFlight == 1, "the request is under way");
        await _host.DeployAsync("two");
        using var retirement = await _host.PostAsync("/releases/one/retire?wait=false");
        Assert.Equal(HttpStatusCode.Accepted, retirement.StatusCode);
        Assert.Equal("one", await slow);
        await Eventually.TrueAsync(async () => (await _host.StatusAsync()).Releases is [{ Id: "two" }], "the old release ends");
    }

    [Fact]
    public async Task A_release_that_still_drains_can_be_taken_back()
    {
        await _host.DeployAsync("one");
        using var slow = new TcpClient("127.0.0.1", _host.Port);
        await slow.GetStream().WriteAsync("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab"u8.ToArray(), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await _host.StatusAsync()).Releases[0].InFlight == 1, "the upload is under way");
        var before = await _host.ServiceAsync("one", "api");
        await _host.DeployAsync("two");
        using var retirement = await _host.PostAsync("/releases/one/retire?wait=false");
        await _host.DeployAsync("one");
        Assert.Equal(before.Pid, (await _host.ServiceAsync("one", "api")).Pid);
        Assert.Equal("api one", await _host.GetAsync("/"));
    }

    [Fact]
    public async Task A_websocket_or_event_stream_does_not_hold_a_retirement_for_ever()
    {
        await using var home = new DisposableHome();
        await using var host = await RunningHost.StartAsync(home.Value, drain: 1);
        await host.DeployAsync("one");
        await using var events = await host.Client.GetStreamAsync("/events", TestContext.Current.CancellationToken);
        await host.DeployAsync("two");
        (await host.PostAsync("/releases/one/retire")).EnsureSuccessStatusCode();
        Assert.Equal("two", Assert.Single((await host.StatusAsync()).Releases).Id);
    }

    private sealed class DisposableHome : IAsyncDisposable
    {
        public TestHome Value { get; } = new();

        public ValueTask DisposeAsync()
        {
            Value.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
