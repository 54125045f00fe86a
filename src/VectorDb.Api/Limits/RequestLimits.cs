using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Http.Timeouts;
using VectorDb.Api.Access;
using VectorDb.Api.Problems;
using VectorDb.Core.Configuration;

namespace VectorDb.Api.Limits;

/// <summary>How much one caller may ask, how large, and for how long.</summary>
internal static class RequestLimits
{
    private const string UploadTimeout = "upload";
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);

    public static void AddRequestLimits(this WebApplicationBuilder builder, ApplicationSettings settings)
    {
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = settings.Get(Settings.BodyBytes));
        builder.Services.AddRequestTimeouts(options =>
        {
            options.DefaultPolicy = Timeout(settings.Get(Settings.RequestSeconds));
            options.AddPolicy(UploadTimeout, Timeout(settings.Get(Settings.UploadSeconds)));
        });
        builder.Services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetTokenBucketLimiter(
                context.Features.GetRequiredFeature<Caller>().Partition, _ => Bucket(settings)));
            options.OnRejected = static (rejected, _) => new ValueTask(rejected.HttpContext.WriteProblemAsync(
                StatusCodes.Status429TooManyRequests,
                "Too many requests; Retry-After says how many seconds to wait.",
                retryAfter: rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1)));
        });
    }

    /// <summary>An upload may be larger and take longer than other requests.</summary>
    public static TBuilder AsUpload<TBuilder>(this TBuilder builder, ApplicationSettings settings)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new BodyLimit(settings.Get(Settings.UploadBytes)), new RequestTimeoutAttribute(UploadTimeout));

    private static RequestTimeoutPolicy Timeout(long seconds) => new()
    {
        Timeout = TimeSpan.FromSeconds(seconds),
        TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
    };

    private static TokenBucketRateLimiterOptions Bucket(ApplicationSettings settings)
    {
        var perSecond = settings.Get(Settings.RequestsPerSecond);
        var period = TimeSpan.FromSeconds(Math.Max(1.0 / perSecond, ShortestPeriod.TotalSeconds));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)settings.Get(Settings.RequestBurst),
            TokensPerPeriod = (int)Math.Max(1, Math.Round(perSecond * period.TotalSeconds)),
            ReplenishmentPeriod = period,
        };
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
