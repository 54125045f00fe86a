using VectorDb.Build.Releases;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Tests.SmokeTest;

public sealed class SmokeSuiteTests
{
    private static readonly ReleaseId Release = ReleaseId.Parse("000000000001");

    private readonly List<string> _passed = [];

    [Fact]
    public async Task A_good_release_passes_every_step_and_nothing_is_left_behind()
    {
        await using var api = await SampleApi.StartAsync();

        await RunAsync(api, SmokeDepth.Full);

        Assert.Equal(
            [
                "health names release 000000000001", "every dependency answers", "a collection is made", "a record is written", "a search finds it",
                "it is removed again", "an upload completes and its rows are found", "the dashboard opens", "the collection is removed",
            ],
            _passed);
        Assert.Empty(api.Collections);
    }

    [Fact]
    public async Task The_quick_test_leaves_out_what_takes_seconds()
    {
        await using var api = await SampleApi.StartAsync(Fault.UploadRefused);

        await RunAsync(api, SmokeDepth.Quick);

        Assert.Equal("the collection is removed", _passed[^1]);
    }

    [Theory]
    [InlineData(Fault.WrongRelease, "health names release 000000000001", "api", "release 00000000beef answers, not 000000000001")]
    [InlineData(Fault.HealthIsNotJson, "health names release 000000000001", "api", "is not JSON")]
    [InlineData(Fault.DependencyDown, "every dependency answers", "api", "answered 503, not 200")]
    [InlineData(Fault.CollectionRefused, "a collection is made", "api", "answered 409")]
    [InlineData(Fault.WriteFails, "a record is written", "api", "answered 500")]
    [InlineData(Fault.RecordNeverFound, "a search finds it", "api", "did not find record 'harbour'")]
    [InlineData(Fault.RecordStaysAfterDelete, "it is removed again", "api", "answered 200, not 404")]
    [InlineData(Fault.UploadRefused, "an upload completes and its rows are found", "worker", "answered 415")]
    [InlineData(Fault.TaskNeverEnds, "an upload completes and its rows are found", "worker", "is still 'processing'")]
    [InlineData(Fault.TaskFails, "an upload completes and its rows are found", "worker", "ended as 'failed'")]
    [InlineData(Fault.RowsMissing, "an upload completes and its rows are found", "worker", "did not find record '1'")]
    [InlineData(Fault.DashboardBroken, "the dashboard opens", "dashboard", "answered 502")]
    public async Task Each_fault_is_put_down_to_its_step_and_service_and_the_collection_is_removed(Fault fault, string step, string service, string reason)
    {
        await using var api = await SampleApi.StartAsync(fault);

        var failure = await Assert.ThrowsAsync<SmokeTestFailedException>(() => RunAsync(api, SmokeDepth.Full));

        Assert.Equal(step, failure.Step);
        Assert.Equal(service, failure.Service);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Empty(api.Collections);
    }

    [Fact]
    public async Task The_body_of_the_failing_answer_is_kept()
    {
        await using var api = await SampleApi.StartAsync(Fault.WriteFails);

        var failure = await Assert.ThrowsAsync<SmokeTestFailedException>(() => RunAsync(api, SmokeDepth.Quick));

        Assert.Contains("disk full", failure.Body, StringComparison.Ordinal);
        Assert.StartsWith($"PUT {api.Url}api/v1/collections/smoke-", failure.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_fails_in_words()
    {
        var target = new SmokeTarget(new Uri($"http://127.0.0.1:{FreePort.Next()}"), Release);

        var failure = await Assert.ThrowsAsync<SmokeTestFailedException>(() => RunAsync(target, SmokeDepth.Quick));

        Assert.Contains("got no answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_release_will_do_where_none_is_expected_and_the_key_is_sent_by_a_caller_with_a_name()
    {
        await using var api = await SampleApi.StartAsync(Fault.WrongRelease);

        await RunAsync(new SmokeTarget(api.Url, ApiKey: "k-123"), SmokeDepth.Full);

        Assert.Equal("Bearer k-123", api.Authorization);
        Assert.Equal("vectordb-smoke-test", api.UserAgent);
    }

    private Task RunAsync(SampleApi api, SmokeDepth depth) => RunAsync(new SmokeTarget(api.Url, Release), depth);

    private Task RunAsync(SmokeTarget target, SmokeDepth depth) =>
        new SmokeSuite(new SmokeNetwork(), TimeProvider.System) { Patience = TimeSpan.FromMilliseconds(100) }
            .RunAsync(target, depth, step => _passed.Add(step.Name), TestContext.Current.CancellationToken);
}
