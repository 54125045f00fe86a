namespace VectorDb.Core.Health;

/// <summary>Something outside this process that it uses.</summary>
/// <param name="Name">As health shows it, e.g. <c>store</c>.</param>
/// <param name="Needed">Whether the deep check answers 503 without it.</param>
/// <param name="Ping">A cheap round trip; throws when it is away.</param>
public sealed record Dependency(string Name, bool Needed, Func<CancellationToken, Task> Ping);

/// <param name="Status"><c>ok</c>, <c>down</c>, or <c>unknown</c> until first asked.</param>
/// <param name="LatencyMs">Of the last answer, in milliseconds; null without one.</param>
public sealed record DependencyState(string Name, string Status, double? LatencyMs, DateTimeOffset? CheckedAt)
{
    public const string Ok = "ok";
    public const string Down = "down";
    public const string Unknown = "unknown";
}

/// <summary>The body of every health answer.</summary>
/// <param name="Status"><c>ok</c>; the deep check says <c>down</c> when a needed dependency is away.</param>
public sealed record HealthReport(
    string Status, string Service, string Release, string? Commit, string? ImageDigest, string? Instance, string? Embedder,
    IReadOnlyList<DependencyState> Dependencies);
