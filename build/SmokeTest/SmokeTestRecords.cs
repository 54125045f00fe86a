using VectorDb.Build.Releases;

namespace VectorDb.Build.SmokeTest;

/// <summary>What to test.</summary>
/// <param name="BaseUrl">Where the API answers.</param>
/// <param name="Release">The release that must answer; null when any will do.</param>
/// <param name="ApiKey">Sent as bearer token; null where none is needed.</param>
internal sealed record SmokeTarget(Uri BaseUrl, ReleaseId? Release = null, string? ApiKey = null)
{
    /// <summary>The load balancer in front; null where there is none.</summary>
    public SmokeBalancer? Balancer { get; init; }

    /// <summary>Without the key, for whoever logs it by mistake.</summary>
    public override string ToString() => BaseUrl.ToString();
}

/// <param name="Address">Name or address that connections go to, also while the service's own name points elsewhere.</param>
/// <param name="ImageDigest">Digest of the API's image that must answer; null when any will do.</param>
/// <param name="Instances">Ids of the instances that must each have answered.</param>
internal sealed record SmokeBalancer(string Address, string? ImageDigest, IReadOnlyList<string> Instances);

/// <summary>How much to try.</summary>
internal enum SmokeDepth
{
    /// <summary>The right release answers, and a record can be written, found and removed.</summary>
    Quick,

    /// <summary>Also what takes seconds: a file goes through the worker.</summary>
    Full,
}

/// <summary>A step that passed.</summary>
internal sealed record SmokeStep(string Name, TimeSpan Took);

/// <summary>A step that failed.</summary>
/// <param name="step">What was tried.</param>
/// <param name="service">The service whose log tells more.</param>
/// <param name="reason">What was wrong with the answer.</param>
/// <param name="request">Method and address; null when it was not about one answer.</param>
/// <param name="body">The body of the answer, shortened.</param>
internal sealed class SmokeTestFailedException(string step, string service, string reason, string? request = null, string? body = null, Exception? cause = null)
    : Exception($"Smoke test: '{step}' failed: {reason}", cause)
{
    public string Step { get; } = step;

    public string Service { get; } = service;

    public string Reason { get; } = reason;

    public string? Request { get; } = request;

    public string? Body { get; } = body;
}
