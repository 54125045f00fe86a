using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI;
using Polly;
using Polly.CircuitBreaker;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// One request to the service, with everything that makes it behave: paced, limited in number, cut off when the service is down,
/// repeated when that may help and never when it may not.
/// </summary>
internal sealed partial class EmbeddingService : IDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BreakFor = TimeSpan.FromSeconds(15);

    private readonly OpenAiOptions _options;
    private readonly ApiKeyCredential _credential;
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly HttpClient _http;
    private readonly IPacer _pacer;
    private readonly TimeProvider _time;
    private readonly ILogger<EmbeddingService> _log;
    private readonly AdaptiveConcurrency _concurrency;
    private readonly RetryBudget _budget = new();
    private readonly ResiliencePipeline _breaker;
    private DateTimeOffset _quotaPausedUntil;

    public EmbeddingService(OpenAiOptions options, IPacer pacer, TimeProvider time, ILogger<EmbeddingService> log)
    {
        (_options, _pacer, _time, _log) = (options, pacer, time, log);
        _concurrency = new AdaptiveConcurrency(options.MostAtOnce);
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        var client = new OpenAIClientOptions
        {
            Transport = new HttpClientPipelineTransport(_http),
            // Its silent retries know nothing of the pace that all workers share.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = options.AnswerWithin,
        };
        if (options.BaseUrl is not null)
        {
            client.Endpoint = options.BaseUrl;
        }

        _credential = new ApiKeyCredential(options.ApiKey);
        _generator = new StreamingGenerator(new OpenAIClient(_credential, client).GetEmbeddingClient(options.Model), options);
        _breaker = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.8,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = BreakFor,
                // An answer that did not come in time is a cancellation too, but not the caller's.
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } failure
                    && !arguments.Context.CancellationToken.IsCancellationRequested && Refusal.Of(failure).Kind == RefusalKind.Broken),
            })
            .Build();
    }

    /// <returns>The vectors in order, or the refusal when asking again cannot help.</returns>
    /// <exception cref="EmbedderUnavailableException">The service cannot be used now.</exception>
    public async Task<(GeneratedEmbeddings<Embedding<float>>? Vectors, Refusal? Refusal)> SendAsync(
        PlannedRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_quotaPausedUntil - _time.GetUtcNow() is var pause && pause > TimeSpan.Zero)
            {
                return (null, new Refusal(RefusalKind.QuotaExhausted, "429: The account is out of quota.", pause, IsLimitReached: false));
            }

            var (vectors, refusal) = await TryAsync(request, cancellationToken);
            if (refusal is null)
            {
                return (vectors, null);
            }

            switch (refusal.Kind)
            {
                case RefusalKind.BadRequest:
                    return (null, refusal);
                case RefusalKind.QuotaExhausted:
                    _quotaPausedUntil = _time.GetUtcNow() + _options.QuotaPause;
                    return (null, refusal with { Wait = _options.QuotaPause });
                case RefusalKind.Misconfigured:
                    throw new EmbedderUnavailableException($"The embeddings service refuses this configuration. {refusal.Message}");
                default:
                    await WaitAsync(refusal, attempt, cancellationToken);
                    break;
            }
        }
    }

    public void Dispose()
    {
        _generator.Dispose();
        _http.Dispose();
    }

    private async Task<(GeneratedEmbeddings<Embedding<float>>? Vectors, Refusal? Refusal)> TryAsync(
        PlannedRequest request, CancellationToken cancellationToken)
    {
        await _concurrency.EnterAsync(cancellationToken);
        var key = _options.ApiKey;
        try
        {
            await Task.Delay(await _pacer.ReserveAsync(request.Tokens, cancellationToken), _time, cancellationToken);
            if (_options.CurrentKey?.Invoke() is { } current)
            {
                _credential.Update(key = current);
            }

            var vectors = await _breaker.ExecuteAsync(
                async cancel => await _generator.GenerateAsync(request.Texts, cancellationToken: cancel), cancellationToken);
            _concurrency.Succeeded();
            _budget.Earn();
            if (vectors.Usage?.InputTokenCount is { } counted)
            {
                await _pacer.CorrectAsync((int)counted - request.Tokens, cancellationToken);
            }

            return (vectors, null);
        }
        catch (BrokenCircuitException)
        {
            // Without what it holds, an answer of the service as it came: each was told of, without a key in it.
            throw new EmbedderUnavailableException("The embeddings service keeps failing and is left alone for a moment.", BreakFor);
        }
        catch (JsonException exception)
        {
            throw new EmbedderUnavailableException($"The embeddings service gives an answer that cannot be used. {exception.Message}", inner: exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not OutOfMemoryException)
        {
            // The credential is of all requests together: another may have replaced the key in between.
            return (null, Refusal.Of(exception, key, _options.CurrentKey?.Invoke()));
        }
        finally
        {
            _concurrency.Leave();
        }
    }

    private async Task WaitAsync(Refusal refusal, int attempt, CancellationToken cancellationToken)
    {
        if (refusal.IsLimitReached)
        {
            _concurrency.LimitReached();
        }
        else
        {
            _concurrency.Failed();
        }

        var backoff = FirstBackoff * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());
        var wait = TimeSpan.FromTicks(Math.Max(refusal.Wait.Ticks, Math.Min(backoff.Ticks, LongestBackoff.Ticks)));
        if (attempt >= _options.MostAttempts || !_budget.TrySpend())
        {
            throw new EmbedderUnavailableException($"The embeddings service failed {attempt} times. {refusal.Message}", wait);
        }

        LogRetry(refusal.Kind, attempt, wait, refusal.Message);
        if (refusal.IsLimitReached)
        {
            await _pacer.PauseAsync(wait, cancellationToken);
        }

        await Task.Delay(wait, _time, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Embedding request {Kind} on attempt {Attempt}; again in {Wait}: {Reason}")]
    private partial void LogRetry(RefusalKind kind, int attempt, TimeSpan wait, string reason);
}
