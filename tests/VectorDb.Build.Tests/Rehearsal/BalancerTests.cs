using System.Net;
using System.Net.Http.Json;
using System.Xml.Linq;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Tests.Nginx;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>The load balancer of the site, with small servers as the targets of an emulated target group.</summary>
[Trait(Suites.Trait, Suites.Full)]
[Collection(SiteFixture.Name)]
public sealed class BalancerTests(SiteFixture fixture) : IAsyncLifetime
{
    private static int _count;

    private string _balancer = "";
    private string _group = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Uri Service => new($"https://{fixture.Site.Domain}/");

    public async ValueTask InitializeAsync()
    {
        var name = $"t-{Guid.NewGuid():N}"[..12];
        var subnets = (await fixture.Aws.QueryAsync("ec2", "DescribeSubnets")).Descendants("subnetId").Select(static each => each.Value).ToList();
        var vpc = (await fixture.Aws.QueryAsync("ec2", "DescribeVpcs")).Descendants("vpcId").First().Value;
        var made = await CallAsync("CreateLoadBalancer", ("Name", name), ("Subnets.member.1", subnets[0]), ("Subnets.member.2", subnets[1]));
        _balancer = made.Descendants("LoadBalancerArn").First().Value;
        Assert.Equal(fixture.Site.Address, made.Descendants("DNSName").First().Value);
        _group = (await CallAsync(
            "CreateTargetGroup", ("Name", name), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", vpc), ("TargetType", "ip"), ("HealthCheckPath", "/api/v1/health"),
            ("HealthCheckIntervalSeconds", "10"), ("HealthCheckTimeoutSeconds", "5"), ("HealthyThresholdCount", "2"), ("UnhealthyThresholdCount", "3"), ("Matcher.HttpCode", "200")))
            .Descendants("TargetGroupArn").First().Value;
        await CallAsync(
            "CreateListener", ("LoadBalancerArn", _balancer), ("Protocol", "HTTP"), ("Port", "80"), ("DefaultActions.member.1.Type", "forward"), ("DefaultActions.member.1.TargetGroupArn", _group));
    }

    public async ValueTask DisposeAsync()
    {
        await CallAsync("DeleteLoadBalancer", ("LoadBalancerArn", _balancer));
        await CallAsync("DeleteTargetGroup", ("TargetGroupArn", _group));
        using var browser = fixture.Browser();
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await browser.GetAsync(Service, CancellationToken.None);
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "the balancer has let go of the targets");
    }

    [Fact]
    public async Task Targets_are_healthy_once_probes_say_so_and_one_that_stops_loses_no_request_afterwards()
    {
        await using var staying = await StartBackendAsync();
        await using var stopping = await StartBackendAsync();
        await RegisterAsync(staying);
        await RegisterAsync(stopping);
        await BecomesAsync(staying, "healthy");
        await BecomesAsync(stopping, "healthy");
        using var browser = fixture.Browser();
        await AskAsync(browser, 10);
        Assert.All([staying, stopping], static backend => Assert.Equal(5, backend.Requests["/echo"]));

        var target = Target(stopping);
        await stopping.DisposeAsync();
        var health = await BecomesAsync(target, "unhealthy");

        Assert.Equal("Target.FailedHealthChecks", health.Descendants("Reason").Single().Value);
        await AskAsync(browser, 50);
        Assert.Equal(55, staying.Requests["/echo"]);
    }

    [Fact]
    public async Task A_target_that_answers_wrongly_is_unhealthy_and_well_again_when_it_recovers()
    {
        await using var backend = await StartBackendAsync();
        await RegisterAsync(backend);
        await BecomesAsync(backend, "healthy");

        backend.Health = HttpStatusCode.ServiceUnavailable;
        var health = await BecomesAsync(backend, "unhealthy");
        backend.Health = HttpStatusCode.OK;
        await BecomesAsync(backend, "healthy");

        Assert.Equal("Target.ResponseCodeMismatch", health.Descendants("Reason").Single().Value);
        Assert.Equal("Health checks failed with these codes: [503]", health.Descendants("Description").Single().Value);
    }

    [Fact]
    public async Task A_target_that_is_deregistered_gets_no_new_request_and_ends_those_that_it_has()
    {
        await using var leaving = await StartBackendAsync();
        await using var coming = await StartBackendAsync();
        await RegisterAsync(leaving);
        await BecomesAsync(leaving, "healthy");
        using var browser = fixture.Browser();
        var slow = browser.GetAsync(new Uri(Service, "slow"), Token);
        await Eventually.TrueAsync(() => leaving.Requests.ContainsKey("/slow"), "the slow request has arrived");
        await RegisterAsync(coming);
        await BecomesAsync(coming, "healthy");

        await CallAsync("DeregisterTargets", [("TargetGroupArn", _group), .. Target(leaving)]);
        await Eventually.TrueAsync(
            async () =>
            {
                var before = leaving.Requests.GetValueOrDefault("/echo");
                await AskAsync(browser, 4);
                return leaving.Requests.GetValueOrDefault("/echo") == before;
            },
            "it gets no new request");
        leaving.Release.SetResult();

        using var answer = await slow;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_that_a_target_fails_is_counted_and_not_tried_on_another_one()
    {
        await using var backend = await StartBackendAsync();
        await RegisterAsync(backend);
        await BecomesAsync(backend, "healthy");
        var before = await CountAsync();
        using var browser = fixture.Browser();
        await AskAsync(browser, 3);

        await backend.DisposeAsync();
        using var failed = await browser.GetAsync(Service, Token);

        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        await CountsAsync(new BalancerCounters(before.Requests + 4, before.UpstreamFailures + 1, before.WithoutTarget));
    }

    [Fact]
    public async Task Without_a_target_the_answer_is_503_and_counted_as_such()
    {
        var before = await CountAsync();
        using var browser = fixture.Browser();

        using var answer = await browser.GetAsync(Service, Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await CountsAsync(new BalancerCounters(before.Requests + 1, before.UpstreamFailures, before.WithoutTarget + 1));
    }

    [Fact]
    public async Task Plain_HTTP_is_sent_to_HTTPS_and_the_certificate_is_for_the_domain_alone()
    {
        using var browser = fixture.Browser();

        using var redirect = await browser.GetAsync($"http://{fixture.Site.Domain}/docs?page=2", Token);

        Assert.Equal(HttpStatusCode.MovedPermanently, redirect.StatusCode);
        Assert.Equal(new Uri($"https://{fixture.Site.Domain}/docs?page=2"), redirect.Headers.Location);
        await Assert.ThrowsAsync<HttpRequestException>(() => browser.GetAsync("https://another.example.org/", Token));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_target_learns_who_asks_and_how(string version)
    {
        await using var backend = await StartBackendAsync();
        await RegisterAsync(backend);
        await BecomesAsync(backend, "healthy");
        using var browser = fixture.Browser();
        (browser.DefaultRequestVersion, browser.DefaultVersionPolicy) = (Version.Parse(version), HttpVersionPolicy.RequestVersionExact);
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        var seen = (await browser.GetFromJsonAsync<Dictionary<string, string>>(new Uri(Service, "echo"), Token))!;

        Assert.Equal(("https", "443", fixture.Site.Domain), (seen["X-Forwarded-Proto"], seen["X-Forwarded-Port"], seen["Host"]));
        Assert.StartsWith("203.0.113.7, ", seen["X-Forwarded-For"], StringComparison.Ordinal);
    }

    /// <summary>At an address of its own, because that is what the emulator knows a target by.</summary>
    private static Task<Backend> StartBackendAsync() => Backend.StartAsync($"127.0.9.{Interlocked.Increment(ref _count)}");

    private static (string Name, string Value)[] Target(Backend backend) =>
        [("Targets.member.1.Id", backend.Address.Split(':')[0]), ("Targets.member.1.Port", backend.Address.Split(':')[1])];

    private Task<XElement> CallAsync(string action, params (string Name, string Value)[] parameters) => fixture.Aws.QueryAsync("elasticloadbalancing", action, parameters);

    private Task RegisterAsync(Backend backend) => CallAsync("RegisterTargets", [("TargetGroupArn", _group), .. Target(backend)]);

    private Task<XElement> BecomesAsync(Backend backend, string state) => BecomesAsync(Target(backend), state);

    private Task<XElement> BecomesAsync((string Name, string Value)[] target, string state) => Eventually.ReturnsAsync(
        () => CallAsync("DescribeTargetHealth", [("TargetGroupArn", _group), .. target]), seen => seen.Descendants("State").Single().Value == state, $"the target is {state}");

    /// <summary>The balancer writes down a request once it has answered it: what is counted is at rest when two looks agree.</summary>
    private async Task<BalancerCounters> CountAsync()
    {
        BalancerCounters? last = null;
        return await Eventually.ReturnsAsync(
            () => fixture.Site.Balancer!.CountAsync(Token),
            seen =>
            {
                (var agree, last) = (seen == last, seen);
                return agree;
            },
            "the count rests");
    }

    private Task CountsAsync(BalancerCounters expected) => Eventually.ReturnsAsync(() => fixture.Site.Balancer!.CountAsync(Token), seen => seen == expected, $"the count is {expected}");

    private async Task AskAsync(HttpClient browser, int times)
    {
        for (var number = 0; number < times; number++)
        {
            using var answer = await browser.GetAsync(new Uri(Service, "echo"), Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
