using VectorDb.Build.Aws;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Releases;

internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);

    public static ReleaseId Release(int number) => ReleaseId.Parse($"{number:x12}");

    public static LedgerEntry Entry(LedgerEvent what, int release, int minute = 0) =>
        new(Start.AddMinutes(minute), what, Release(release), $"commit{release}", "ada@laptop", "laptop/42");

    /// <summary>What a deploy that succeeds leaves behind.</summary>
    public static IEnumerable<LedgerEntry> Deploy(int release) =>
        [Entry(LedgerEvent.DeployStarted, release), Entry(LedgerEvent.Activated, release), Entry(LedgerEvent.Verified, release)];

    public static Manifest Manifest(int release, int minute = 0) => new(
        Release(release),
        "0123456789abcdef0123456789abcdef01234567-dirty",
        Start.AddMinutes(minute),
        "ada@laptop",
        new Dictionary<string, ContentHash> { ["api"] = ContentHash.OfText("api"), ["worker"] = ContentHash.OfText("worker") },
        ContentHash.OfText("host"),
        new Dictionary<string, string> { ["VECTORDB_STORE"] = "embedded" },
        new SchemaCompatibility(3, 2))
    {
        Images = new Dictionary<string, string> { ["vectordb-api/app"] = "sha256:" + new string('a', 64) },
        RenderedFiles = new Dictionary<string, ContentHash> { ["docker-compose.yml"] = ContentHash.OfText("services:") },
        LaunchTemplates = new Dictionary<string, LaunchTemplateVersion> { ["web"] = new("lt-1", "7") },
        SecretVersions = new Dictionary<string, string> { ["redis"] = "v1" },
    };
}
