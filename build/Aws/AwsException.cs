using System.Net;

namespace VectorDb.Build.Aws;

/// <summary>AWS answered with an error.</summary>
/// <param name="service">Signing name of the service, e.g. <c>ecr</c>.</param>
/// <param name="action">The call, e.g. <c>DescribeImages</c>.</param>
/// <param name="code">The service's error code without its namespace, e.g. <c>ImageNotFoundException</c>.</param>
/// <param name="detail">The service's own words.</param>
/// <param name="status">HTTP status of the answer.</param>
internal sealed class AwsException(string service, string action, string code, string detail, HttpStatusCode status)
    : Exception($"{service} {action}: {code}: {detail}{(IsExpiry(code) ? Renewal : "")}")
{
    private const string Renewal = " The credentials ran out: take fresh ones and run the command again. What AWS was told to do goes on meanwhile.";

    // "Throttling" and its kin come with status 400: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    private static readonly HashSet<string> ThrottlingCodes = new(StringComparer.Ordinal)
    {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException",
    };

    private static readonly HashSet<string> ExpiredCodes = new(StringComparer.Ordinal)
    {
        "ExpiredToken", "ExpiredTokenException", "RequestExpired",
    };

    public string Code { get; } = code;

    public HttpStatusCode Status { get; } = status;

    /// <summary>The same call may succeed a moment later.</summary>
    public bool IsTransient => (int)Status >= 500 || ThrottlingCodes.Contains(Code);

    /// <returns>Whether the credentials ran out: a call with fresh ones may succeed.</returns>
    public static bool IsExpiry(string? code) => code is not null && ExpiredCodes.Contains(code);
}
