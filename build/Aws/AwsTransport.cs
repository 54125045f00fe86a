using Amazon;
using Amazon.Runtime.Signing;
using Polly;
using Polly.Retry;

namespace VectorDb.Build.Aws;

/// <summary>
/// Sends signed requests to one AWS service and tries again what is worth it. The services this build calls without a package
/// of their own, those of <see cref="AwsServices"/>, go through here.
/// </summary>
internal sealed class AwsTransport : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly ResiliencePipeline _retry;

    /// <param name="connection">Where and as whom.</param>
    /// <param name="signingName">The service as signatures name it, e.g. <c>elasticloadbalancing</c>.</param>
    /// <param name="time">Clock of the pauses between attempts.</param>
    public AwsTransport(AwsConnection connection, string signingName, TimeProvider time)
    {
        Service = signingName;
        // A redirect would be followed with a signature made for another address.
        var network = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        var region = RegionEndpoint.GetBySystemName(connection.Region);
        _http = new HttpClient(new SigV4SigningHandler(connection.Credentials, region, signingName, network)) { Timeout = AttemptLimit };
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Attempts - 1,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(20),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder()
                    .Handle<AwsException>(static error => error.IsTransient)
                    .Handle<HttpRequestException>()
                    .Handle<TaskCanceledException>(static error => error.InnerException is TimeoutException),
            })
            .Build();
    }

    public string Service { get; }

    /// <summary>Sends what <paramref name="request"/> makes, anew (and so signed anew) for each attempt, and reads the answer.</summary>
    /// <param name="request">Makes the request.</param>
    /// <param name="read">Reads the answer's body, or throws the <see cref="AwsException"/> that it holds.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <exception cref="TimeoutException">No attempt was answered in time.</exception>
    public async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> request, Func<HttpResponseMessage, string, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry.ExecuteAsync(
                async token =>
                {
                    using var message = request();
                    using var response = await _http.SendAsync(message, token);
                    return read(response, await response.Content.ReadAsStringAsync(token));
                },
                cancellationToken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            // Not a cancellation to those who called: nobody asked for one.
            throw new TimeoutException($"{Service} did not answer within {AttemptLimit.TotalSeconds:0} s, {Attempts} times.", late);
        }
    }

    public void Dispose() => _http.Dispose();
}
