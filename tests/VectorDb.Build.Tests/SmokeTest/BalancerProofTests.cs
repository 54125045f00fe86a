using VectorDb.Build.Releases;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Tests.SmokeTest;

[Trait(Suites.Trait, Suites.Full)]
public sealed class BalancerProofTests : IAsyncLifetime
{
    private static readonly ReleaseId Release = ReleaseId.Parse(BalancedPair.Release);

    private BalancedPair _pair = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _pair = await BalancedPair.StartAsync();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task Redirect_certificate_headers_and_both_instances_are_right()
    {
        await ProveAsync(static (proof, token) => proof.RedirectAsync(token));
        await ProveAsync(static (proof, token) => proof.HeadersAsync(token));
        await ProveAsync(static (proof, token) => proof.EveryInstanceAsync(TimeSpan.FromSeconds(5), token));
    }

    [Theory]
    [InlineData(200, null, "answered 200 to")]
    [InlineData(302, "https://localhost/api/v1/health", "answered 302 to https://localhost/api/v1/health")]
    [InlineData(301, "/api/v1/health", "answered 301 to /api/v1/health")]
    [InlineData(301, "http://localhost/api/v1/health", "answered 301 to http://localhost/api/v1/health")]
    [InlineData(301, "https://example.org/api/v1/health", "answered 301 to https://example.org/api/v1/health")]
    [InlineData(301, "https://localhost/", "answered 301 to https://localhost/")]
    public async Task Plain_HTTP_that_is_answered_otherwise_fails(int status, string? location, string reason)
    {
        _pair.Plain = (status, location);

        var failure = await FailAsync(static (proof, token) => proof.RedirectAsync(token));

        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
        Assert.EndsWith("not 301 to https://localhost/api/v1/health.", failure.Reason, StringComparison.Ordinal);
        Assert.Equal("GET http://localhost/api/v1/health", failure.Request);
    }

    [Fact]
    public async Task Headers_that_are_missing_are_named()
    {
        _pair.Headers.Remove("X-Frame-Options");
        _pair.Headers.Remove("Strict-Transport-Security");

        Assert.Equal("the answer lacks Strict-Transport-Security, X-Frame-Options.", (await FailAsync(static (proof, token) => proof.HeadersAsync(token))).Reason);
    }

    [Fact]
    public async Task One_instance_of_another_release_is_found()
    {
        _pair.Instances = [new("i-1", BalancedPair.Release, BalancedPair.Digest), new("i-2", "00000000beef", BalancedPair.Digest)];

        var failure = await FailAsync(static (proof, token) => proof.EveryInstanceAsync(TimeSpan.FromSeconds(5), token));

        Assert.Equal("release 00000000beef answers, not 000000000001.", failure.Reason);
        Assert.Contains("i-2", failure.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_instance_with_another_image_is_found()
    {
        _pair.Instances = [new("i-1", BalancedPair.Release, BalancedPair.Digest), new("i-2", BalancedPair.Release, "sha256:other")];

        Assert.Equal(
            $"image sha256:other answers, not {BalancedPair.Digest}.", (await FailAsync(static (proof, token) => proof.EveryInstanceAsync(TimeSpan.FromSeconds(5), token))).Reason);
    }

    [Fact]
    public async Task An_instance_that_is_never_reached_is_named()
    {
        _pair.Instances = [new("i-1", BalancedPair.Release, BalancedPair.Digest)];

        Assert.Equal("no answer of i-2 within 0 s.", (await FailAsync(static (proof, token) => proof.EveryInstanceAsync(TimeSpan.Zero, token))).Reason);
    }

    [Fact]
    public async Task A_balancer_with_nobody_behind_it_proves_nothing()
    {
        var failure = await FailAsync(static (proof, token) => proof.EveryInstanceAsync(TimeSpan.FromSeconds(5), token), instances: []);

        Assert.Equal("no instance is in service behind the load balancer.", failure.Reason);
    }

    [Fact]
    public async Task Silence_is_a_failure_and_no_cancellation()
    {
        _pair.IsSilent = true;

        Assert.Contains("got no answer within", (await FailAsync(static (proof, token) => proof.HeadersAsync(token), limit: TimeSpan.FromMilliseconds(200))).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "errors in the certificate chain")]
    [InlineData("api.example.org", "RemoteCertificateNameMismatch")]
    public async Task A_certificate_that_nobody_vouches_for_or_of_another_name_fails_at_the_balancers_own_address(string name, string reason)
    {
        var target = Target(new Uri($"https://{name}:{_pair.HttpsPort}/"), ["i-1"]);

        var failure = await Assert.ThrowsAsync<SmokeTestFailedException>(() => ProveAsync(target, new SmokeNetwork(), static (proof, token) => proof.HeadersAsync(token)));

        Assert.Contains($"GET https://{name}", failure.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
    }

    private Task<SmokeTestFailedException> FailAsync(Func<BalancerProof, CancellationToken, Task> step, string[]? instances = null, TimeSpan? limit = null) =>
        Assert.ThrowsAsync<SmokeTestFailedException>(() => ProveAsync(Target(new Uri("https://localhost/"), instances ?? ["i-1", "i-2"]), _pair, step, limit));

    private Task ProveAsync(Func<BalancerProof, CancellationToken, Task> step) => ProveAsync(Target(new Uri("https://localhost/"), ["i-1", "i-2"]), _pair, step);

    private static async Task ProveAsync(SmokeTarget target, ISmokeNetwork network, Func<BalancerProof, CancellationToken, Task> step, TimeSpan? limit = null)
    {
        using var http = new HttpClient(network.Open(target)) { Timeout = limit ?? TimeSpan.FromSeconds(10) };
        var client = new SmokeClient(http, target) { Now = ("the balancer", "nginx") };
        await step(new BalancerProof(http, client, target, target.Balancer!, TimeProvider.System), Token);
    }

    private static SmokeTarget Target(Uri address, string[] instances) =>
        new(address, Release, "key") { Balancer = new SmokeBalancer("127.0.0.1", BalancedPair.Digest, instances) };
}
