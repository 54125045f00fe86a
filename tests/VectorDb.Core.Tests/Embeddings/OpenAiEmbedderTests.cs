using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Embeddings.OpenAi;
using VectorDb.Testing.OpenAi;

namespace VectorDb.Core.Tests.Embeddings;

/// <summary>Against an emulated service over real HTTP.</summary>
public sealed class OpenAiEmbedderTests : IAsyncLifetime
{
    private EmulatedOpenAi _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await EmulatedOpenAi.StartAsync(
        new EmulatedLimits { RequestsPerSecond = 10_000, Burst = 10_000, Latency = TimeSpan.Zero }, Cancel);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Texts_become_the_vectors_the_service_gives_in_order()
    {
        using var embedder = Embedder();

        var outcomes = await embedder.EmbedAsync([.. Enumerable.Range(0, 100).Select(i => $"text {i}")], Cancel);

        var expected = new float[64];
        for (var i = 0; i < 100; i++)
        {
            EmulatedVector.Fill($"text {i}", expected);
            Assert.Equal(expected, outcomes[i].Vector!.Value.ToArray());
        }

        Assert.Equal("openai:text-embedding-3-small:64", embedder.Name);
        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task Requests_are_as_full_as_the_service_allows_and_no_fuller()
    {
        using var embedder = Embedder(options => options with { MostTokensInRequest = 3_000 });

        await embedder.EmbedAsync([.. Enumerable.Repeat("a", 4_100)], Cancel);
        await embedder.EmbedAsync([.. Enumerable.Repeat(new string('a', 2_999), 4)], Cancel);

        Assert.Equal([1, 3, 4, 2_048, 2_048], _service.Requests.Select(request => request.Inputs).Order());
    }

    [Fact]
    public async Task What_the_service_would_refuse_for_certain_costs_no_call()
    {
        using var embedder = Embedder();
        var tooLong = string.Concat(Enumerable.Repeat("word ", 9_000));
        var longButFine = string.Concat(Enumerable.Repeat("word ", 8_000));

        var outcomes = await embedder.EmbedAsync(["", tooLong, longButFine], Cancel);

        Assert.Equal("The text is empty.", outcomes[0].Error);
        Assert.Equal("The text has 9001 tokens; text-embedding-3-small takes 8192. Upload with a chunk size to cut long texts.", outcomes[1].Error);
        Assert.NotNull(outcomes[2].Vector);
        Assert.Equal([1], _service.Requests.Select(request => request.Inputs));
    }

    [Fact]
    public async Task A_poisoned_text_is_found_by_halving_and_takes_no_other_with_it()
    {
        _service.Poison = "poison";
        using var embedder = Embedder();
        var texts = Enumerable.Range(0, 1_000).Select(i => i == 617 ? "poison" : $"text {i}").ToArray();

        var outcomes = await embedder.EmbedAsync(texts, Cancel);

        Assert.Equal([617], outcomes.Index().Where(outcome => outcome.Item.Vector is null).Select(outcome => outcome.Index));
        Assert.Contains("The input cannot be processed.", outcomes[617].Error, StringComparison.Ordinal);
        Assert.Null(outcomes[617].RetryAfter);
        Assert.InRange(_service.Requests.Count, 2, 21);
    }

    [Fact]
    public async Task A_passing_failure_is_asked_again()
    {
        _service.Faults.Enqueue(EmulatedFault.ServerError());
        _service.Faults.Enqueue(EmulatedFault.RateLimit(TimeSpan.FromMilliseconds(50)));
        using var embedder = Embedder();

        Assert.NotNull((await embedder.EmbedAsync(["a"], Cancel))[0].Vector);
        Assert.Equal([500, 429, 200], _service.Requests.Select(request => request.Status));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Everyone_waits_when_the_limit_is_reached_but_not_for_a_request_that_the_service_had_no_room_for(bool isLimit)
    {
        await using var busy = await EmulatedOpenAi.StartAsync(new EmulatedLimits { RequestsPerSecond = 100, Burst = 1, Latency = TimeSpan.Zero }, Cancel);
        busy.Faults.Enqueue(isLimit ? EmulatedFault.RateLimit(TimeSpan.FromMilliseconds(20)) : EmulatedFault.Overloaded() with { RetryAfter = TimeSpan.FromMilliseconds(20) });
        var pacer = new NotingPacer();
        using var embedder = Embedder(options => options with { BaseUrl = busy.BaseUrl }, pacer);

        Assert.NotNull((await embedder.EmbedAsync(["a"], Cancel))[0].Vector);
        Assert.Equal(isLimit ? 1 : 0, pacer.Pauses);
        Assert.Equal([429, 200], busy.Requests.Select(request => request.Status));
    }

    [Fact]
    public async Task Exhausted_quota_is_never_asked_again()
    {
        _service.Faults.Enqueue(EmulatedFault.QuotaExhausted());
        using var embedder = Embedder();

        foreach (var outcome in (EmbeddingOutcome[])[.. await embedder.EmbedAsync(["a", "b"], Cancel), .. await embedder.EmbedAsync(["c"], Cancel)])
        {
            Assert.Contains("quota", outcome.Error, StringComparison.Ordinal);
            Assert.InRange(outcome.RetryAfter!.Value.TotalSeconds, 30, 60);
        }

        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task A_wrong_key_says_so_at_once()
    {
        _service.Faults.Enqueue(EmulatedFault.Unauthorized());
        using var embedder = Embedder();

        var error = await Assert.ThrowsAsync<EmbedderUnavailableException>(() => embedder.EmbedAsync(["a"], Cancel));

        Assert.Contains("Incorrect API key", error.Message, StringComparison.Ordinal);
        Assert.Single(_service.Requests);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_service_that_is_down_is_left_alone_after_a_few_tries()
    {
        for (var i = 0; i < 100; i++)
        {
            _service.Faults.Enqueue(EmulatedFault.ServerError());
        }

        using var embedder = Embedder();
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<EmbedderUnavailableException>(() => embedder.EmbedAsync([$"{i}"], Cancel));
        }

        Assert.InRange(_service.Requests.Count, 8, 12);
    }

    [Fact]
    public async Task A_service_that_gives_no_answer_is_left_alone_too_and_asked_again_later()
    {
        await using var hanging = await EmulatedOpenAi.StartAsync(
            new EmulatedLimits { RequestsPerSecond = 10_000, Burst = 10_000, Latency = Timeout.InfiniteTimeSpan }, Cancel);
        var time = new FakeTimeProvider();
        using var embedder = Embedder(
            options => options with { BaseUrl = hanging.BaseUrl, AnswerWithin = TimeSpan.FromMilliseconds(50), MostAttempts = 1 }, new NotingPacer(), time);
        for (var i = 0; i < 8; i++)
        {
            Assert.StartsWith("The embeddings service failed 1 times.", await AskAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("The embeddings service keeps failing and is left alone for a moment.", await AskAsync());
        time.Advance(TimeSpan.FromSeconds(16));
        Assert.StartsWith("The embeddings service failed 1 times.", await AskAsync(), StringComparison.Ordinal);

        async Task<string> AskAsync() => (await Assert.ThrowsAsync<EmbedderUnavailableException>(() => embedder.EmbedAsync(["a"], Cancel))).Message;
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task Requests_are_evenly_spaced()
    {
        using var embedder = Embedder(options => options with { RequestsPerSecond = 20, MostInputs = 1 });
        var start = _service.Now;

        await embedder.EmbedAsync([.. Enumerable.Range(0, 21).Select(i => $"{i}")], Cancel);

        var times = _service.Requests.Select(request => request.At).Order().ToList();
        Assert.Equal(21, times.Count);
        Assert.All(times, (at, i) => Assert.InRange((at - start).TotalMilliseconds, (i * 50) - 10, double.MaxValue));
    }

    [Fact]
    public async Task A_key_that_was_replaced_is_used_from_the_next_request_on()
    {
        var key = "before";
        using var embedder = Embedder(options => options with { CurrentKey = () => key });

        await embedder.EmbedAsync(["a"], Cancel);
        key = "after";
        await embedder.EmbedAsync(["b"], Cancel);

        Assert.Equal(["before", "after"], _service.Requests.Select(request => request.Key));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(502)]
    public async Task A_key_that_the_service_repeats_is_neither_told_nor_logged(int status)
    {
        var key = "sk-before-0123456789";
        var log = new NotedLog();
        var service = new Logger<EmbeddingService>(new LoggerFactory([log]));
        using var embedder = Embedder(options => options with { ApiKey = key, CurrentKey = () => key, MostAttempts = 2 }, new NotingPacer(), log: service);
        foreach (var rotated in (string[])[key, "sk-after-0123456789"])
        {
            key = rotated;
            _service.Faults.Enqueue(new EmulatedFault(status, "some_code", $"Received API Key = {key}, which is odd."));
            _service.Faults.Enqueue(new EmulatedFault(status, "some_code", $"Received API Key = {key}, which is odd."));

            var told = await ToldAsync();

            Assert.Contains($"{status}: Received API Key = ***, which is odd.", told, StringComparison.Ordinal);
            Assert.DoesNotContain(key, told, StringComparison.Ordinal);
            Assert.DoesNotContain(log.Lines, line => line.Contains(key, StringComparison.Ordinal));
            Assert.Equal(status is 429 or 502, log.Lines.Any(static line => line.Contains("Key = ***", StringComparison.Ordinal)));
            _service.Faults.Clear();
        }

        async Task<string> ToldAsync()
        {
            try
            {
                return (await embedder.EmbedAsync(["a"], Cancel))[0].Error!;
            }
            catch (EmbedderUnavailableException exception)
            {
                return exception.ToString();
            }
        }
    }

    [Fact]
    public async Task A_key_that_a_failing_service_repeats_is_not_told_when_it_is_left_alone_either()
    {
        const string Key = "sk-0123456789";
        using var embedder = Embedder(options => options with { ApiKey = Key, MostAttempts = 1 });
        for (var i = 0; i < 9; i++)
        {
            _service.Faults.Enqueue(new EmulatedFault(502, "bad_gateway", $"Upstream refused Bearer {Key}."));
        }

        for (var i = 0; i < 9; i++)
        {
            var error = await Assert.ThrowsAsync<EmbedderUnavailableException>(() => embedder.EmbedAsync(["a"], Cancel));

            Assert.Contains(i < 8 ? "Bearer ***" : "is left alone for a moment", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
        }
    }

    private OpenAiEmbedder Embedder(
        Func<OpenAiOptions, OpenAiOptions>? change = null, IPacer? pacer = null, TimeProvider? time = null, ILogger<EmbeddingService>? log = null)
    {
        var options = new OpenAiOptions("text-embedding-3-small", 64, "key", _service.BaseUrl) { RequestsPerSecond = 10_000, TokensPerMinute = 1e9 };
        options = change?.Invoke(options) ?? options;
        time ??= TimeProvider.System;
        return new OpenAiEmbedder(options, new EmbeddingService(
            options, pacer ?? new LocalPacer(options, time), time, log ?? NullLogger<EmbeddingService>.Instance));
    }

    /// <summary>Lets everyone go at once, and notes who had to be stopped.</summary>
    private sealed class NotingPacer : IPacer
    {
        public int Pauses { get; private set; }

        public Task<TimeSpan> ReserveAsync(int tokens, CancellationToken cancellationToken) => Task.FromResult(TimeSpan.Zero);

        public Task CorrectAsync(int tokens, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
        {
            Pauses++;
            return Task.CompletedTask;
        }
    }
}
