using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class SupervisionTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private RunningHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await RunningHost.StartAsync(_home, start: 20);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_service_that_ends_is_started_again_and_its_requests_wait_for_it()
    {
        await _host.DeployAsync("one");
        var before = await _host.ServiceAsync("one", "api");
        await Record.ExceptionAsync(() => _host.Client.PostAsync("/exit/7", content: null, TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(
            async () => await _host.ServiceAsync("one", "api") is var now && (now.Health != ServiceHealth.Healthy || now.Pid != before.Pid), "the end is noticed");
        Assert.Equal("api one", await _host.GetAsync("/"));
        var after = await _host.ServiceAsync("one", "api");
        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal((1, ServiceHealth.Healthy), (after.Restarts, after.Health));
        Assert.True(after.MemoryBytes > 10 << 20);
        var log = await File.ReadAllTextAsync(_home.File("logs", "api.log"), TestContext.Current.CancellationToken);
        Assert.Contains("one [api] ended with exit code 7; starting again in", log, StringComparison.Ordinal);
        Assert.Contains("one serving", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit", HttpStatusCode.Conflict, "worker ended with exit code 3")]
    [InlineData("sick", HttpStatusCode.GatewayTimeout, "/health names release 'another' instead of 'two'")]
    public async Task A_release_that_does_not_come_up_changes_nothing(string mood, HttpStatusCode status, string reason)
    {
        await _host.DeployAsync("one");
        using var response = await _host.StartReleaseAsync("two", ("FAKE_WORKER", mood));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("worker", problem.GetProperty("service").GetString());
        Assert.Contains(reason, problem.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(mood == "exit" ? "cannot go on" : "serving", problem.GetProperty("log").EnumerateArray().Select(static line => line.GetString()));
        Assert.Equal("one", Assert.Single((await _host.StatusAsync()).Releases).Id);
        Assert.Equal("api one", await _host.GetAsync("/"));
    }

    [Fact]
    public async Task Commands_that_make_no_sense_are_refused_with_a_reason()
    {
        using var unknown = await _host.PostAsync("/releases/none/activate");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        await _host.DeployAsync("one");
        using var active = await _host.PostAsync("/releases/one/retire");
        Assert.Equal(HttpStatusCode.Conflict, active.StatusCode);
        Assert.Contains("Release one is active", await active.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var again = await _host.StartReleaseAsync("one");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        using var empty = await _host.PostAsync("/releases/two/start", new { directory = _home.File("nowhere") });
        Assert.Equal(HttpStatusCode.Conflict, empty.StatusCode);
    }

    [Fact]
    public async Task The_control_socket_is_for_its_owner_only()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.File("run", "control.sock")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_home.File("run")));
        Assert.Equal(_host.Process.Id, (await _host.StatusAsync()).Host.Pid);
    }
}
