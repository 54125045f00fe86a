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
    private const string BatchTimeout = "batch";

    /// <summary>Bytes a second; nobody stores a body before it comes here, so that its way is a part of the request.</summary>
    private const long SlowestLine = 512 * 1024;

    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);

    public static void AddRequestLimits(this WebApplicationBuilder builder, ApplicationSettings settings)
    {
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = settings.Get(Settings.BodyBytes));
        builder.Services.AddSingleton(_ => BodyMemory.For(settings.Get(Settings.BodyBytes)));
        builder.Services.AddRequestTimeouts(options =>
        {
            options.DefaultPolicy = Timeout(settings.Get(Settings.RequestSeconds));
            options.AddPolicy(UploadTimeout, Timeout(settings.Get(Settings.UploadSeconds)));
            options.AddPolicy(BatchTimeout, Timeout(settings.Get(Settings.RequestSeconds) + (settings.Get(Settings.BodyBytes) / SlowestLine)));
        });
        builder.Services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetTokenBucketLimiter(
                context.Features.GetRequiredFeature<Caller>().Partition,
                _ => Bucket(settings.Get(Settings.RequestsPerSecond), settings.Get(Settings.RequestBurst))));
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

    /// <summary>A batch of records has the time that the largest body takes on a slow line beside that of other requests.</summary>
    public static TBuilder AsBatch<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestTimeoutAttribute(BatchTimeout));

    /// <summary>A streamed answer may take as long as an upload: cut off by the usual limit, it would look complete.</summary>
    public static TBuilder AsDownload<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestTimeoutAttribute(UploadTimeout));

    private static RequestTimeoutPolicy Timeout(long seconds) => new()
    {
        Timeout = TimeSpan.FromSeconds(seconds),
        TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
    };

    /// <summary>Whole tokens at a time, and as much time for them as makes exactly that rate.</summary>
    internal static TokenBucketRateLimiterOptions Bucket(long perSecond, long burst)
    {
        var tokens = (int)Math.Max(1, Math.Ceiling(perSecond * ShortestPeriod.TotalSeconds));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)tokens / perSecond),
        };
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
