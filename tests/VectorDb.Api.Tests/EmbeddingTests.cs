using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorDb.Core.Embeddings;
using VectorDb.Testing.OpenAi;

namespace VectorDb.Api.Tests;

/// <summary>What callers are told when texts cannot be embedded.</summary>
public sealed class EmbeddingTests
{
    private const string Batch = """{"records":[{"id":"a","text":"hello"},{"id":"b","text":"there"}]}""";
    private const string Search = """{"text":"hello"}""";

    [Fact]
    public async Task An_embedding_service_that_is_away_is_503_and_its_reason_is_only_logged()
    {
        var log = new NotedLog();
        await using var api = await ApiHost.StartAsync(services => services
            .AddSingleton<ITextEmbedder>(new AbsentEmbedder(new EmbedderUnavailableException("401: the secret key of our account")))
            .AddSingleton<ILoggerProvider>(log));
        var collection = $"/api/v1/collections/{await api.CollectionAsync(64)}";

        foreach (var answer in (Answer[])[await api.PutAsync(collection + "/records", Batch), await api.PostAsync(collection + "/search", Search)])
        {
            answer.Problem(HttpStatusCode.ServiceUnavailable);
            Assert.Equal("5", answer.Headers.GetValues("Retry-After").Single());
            Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        }

        Assert.Contains(log.Lines, line => line.Contains("401: the secret key of our account", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exhausted_quota_is_503_with_the_seconds_to_wait_and_no_fault_of_the_text()
    {
        await using var service = await EmulatedOpenAi.StartAsync(new EmulatedLimits { Latency = TimeSpan.Zero }, TestContext.Current.CancellationToken);
        service.Faults.Enqueue(EmulatedFault.QuotaExhausted());
        await using var api = await ApiHost.StartAsync(
            "--VECTORDB_EMBEDDER=openai", "--VECTORDB_OPENAI_API_KEY=key", $"--VECTORDB_OPENAI_BASE_URL={service.BaseUrl}");
        var collection = $"/api/v1/collections/{await api.CollectionAsync(64)}";

        foreach (var answer in (Answer[])[await api.PutAsync(collection + "/records", Batch), await api.PostAsync(collection + "/search", Search)])
        {
            answer.Problem(HttpStatusCode.ServiceUnavailable);
            Assert.InRange(int.Parse(answer.Headers.GetValues("Retry-After").Single()), 30, 60);
            Assert.DoesNotContain("billing", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_text_that_does_not_fit_the_collection_is_named()
    {
        await using var api = await ApiHost.StartAsync();

        var answer = await api.PutAsync($"/api/v1/collections/{await api.CollectionAsync(3)}/records", Batch);

        answer.Invalid("records[0].text");
        answer.Invalid("records[1].text");
    }

    private sealed class AbsentEmbedder(Exception failure) : ITextEmbedder
    {
        public string Name => "absent";

        public int Dimension => 64;

        public Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) => throw failure;
    }
}
