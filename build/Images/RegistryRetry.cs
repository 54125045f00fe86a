using Polly;
using Polly.Retry;

namespace VectorDb.Build.Images;

/// <summary>How often, and how patiently, a registry that fails is asked again.</summary>
internal static class RegistryRetry
{
    private const int Attempts = 4;

    /// <param name="failures">Those that may pass.</param>
    public static ResiliencePipeline On(PredicateBuilder<object> failures, TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Attempts - 1,
            Delay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = failures,
        })
        .Build();
}
