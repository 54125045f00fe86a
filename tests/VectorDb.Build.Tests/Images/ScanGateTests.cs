using VectorDb.Build.Aws;
using VectorDb.Build.Images;
using VectorDb.Build.Tests.Environments.Aws;

namespace VectorDb.Build.Tests.Images;

/// <summary>What the gate makes of the age of a scan.</summary>
public sealed class ScanGateTests
{
    private const string Digest = "sha256:0";
    private static readonly TimeProvider Time = new AcceleratedTime(2000);

    [Fact]
    public async Task A_scan_that_is_older_than_a_week_is_made_anew_and_what_that_finds_stops_the_release()
    {
        var old = Scan("COMPLETE", daysAgo: 270);
        var registry = new ScannedRegistry(old, old, Scan("IN_PROGRESS"), Scan("COMPLETE", daysAgo: 0, critical: 3));

        var error = await Assert.ThrowsAsync<ScanException>(() => CheckAsync(registry));

        Assert.Contains($"vectordb-api/nginx@{Digest}: 3 CRITICAL", error.Message, StringComparison.Ordinal);
        Assert.Equal(["vectordb-api/nginx", Digest], registry.Started);
    }

    [Fact]
    public async Task A_scan_that_is_made_anew_and_finds_nothing_lets_the_release_pass()
    {
        var registry = new ScannedRegistry(Scan("COMPLETE", daysAgo: 8, critical: 1), Scan("COMPLETE", daysAgo: 0));

        await CheckAsync(registry);

        Assert.NotEmpty(registry.Started);
    }

    [Theory]
    [InlineData("COMPLETE", 6)]
    [InlineData("COMPLETE", null)]
    [InlineData("ACTIVE", 270)]
    public async Task A_scan_of_this_week_and_one_that_goes_on_by_itself_are_taken_as_they_are(string status, int? daysAgo)
    {
        var registry = new ScannedRegistry(Scan(status, daysAgo));

        await CheckAsync(registry);

        Assert.Empty(registry.Started);
    }

    [Fact]
    public async Task A_scan_that_was_asked_for_and_does_not_come_stops_the_release_with_the_day_of_the_last_one()
    {
        var old = Scan("COMPLETE", daysAgo: 30);

        var error = await Assert.ThrowsAsync<ScanException>(() => CheckAsync(new ScannedRegistry(old)));

        Assert.Contains(FormattableString.Invariant($"nginx@{Digest} (last on {old.CompletedAt:yyyy-MM-dd}, "), error.Message, StringComparison.Ordinal);
    }

    private static ImageScan Scan(string status, int? daysAgo = null, int critical = 0) => new(
        status, null, new Dictionary<string, int> { ["CRITICAL"] = critical }, daysAgo is { } days ? Time.GetUtcNow().AddDays(-days) : null);

    private static Task CheckAsync(IImageRegistry registry) => new ScanGate(registry, "HIGH", Time)
        .CheckAsync(new Dictionary<string, string> { ["vectordb-api/nginx"] = Digest }, TestContext.Current.CancellationToken);

    /// <param name="scans">What it says look by look; the last for good.</param>
    private sealed class ScannedRegistry(params ImageScan[] scans) : IImageRegistry
    {
        private readonly Queue<ImageScan> _scans = new(scans);

        public List<string> Started { get; } = [];

        public Task<RegistryLogin> LogInAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellation) =>
            Task.FromResult<ImageScan?>(_scans.Count > 1 ? _scans.Dequeue() : _scans.Peek());

        public Task StartScanAsync(string repository, string digest, CancellationToken cancellation)
        {
            Started.AddRange([repository, digest]);
            return Task.CompletedTask;
        }
    }
}
