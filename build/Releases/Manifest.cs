using VectorDb.Build.Aws;

namespace VectorDb.Build.Releases;

/// <summary>
/// Everything that a rollback must restore, in one JSON document. It is written before the rollout; that a release was verified is an
/// event of the ledger. Only what instances start from may be published anew for the same content.
/// </summary>
/// <param name="Release">The id of the release: derived from services and configuration.</param>
/// <param name="Commit">The full commit id, with <c>-dirty</c> for a tree with changes; <c>none</c> outside a git checkout.</param>
/// <param name="CreatedAt">When the manifest was first written (UTC).</param>
/// <param name="CreatedBy">Who released it: the identity that the environment vouches for.</param>
/// <param name="Services">Content of each service's published output, by service name.</param>
/// <param name="Host">Content of the resident host; null where the environment has none.</param>
/// <param name="Configuration">Settings that the services run with, by name; never a secret.</param>
/// <param name="Schema">What the release demands of the stored data.</param>
internal sealed record Manifest(
    ReleaseId Release,
    string Commit,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    IReadOnlyDictionary<string, ContentHash> Services,
    ContentHash? Host,
    IReadOnlyDictionary<string, string> Configuration,
    SchemaCompatibility Schema)
{
    /// <summary>The version of this document's own shape.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Digest of each image as the registry reports it, by repository; empty where no image is used.</summary>
    public IReadOnlyDictionary<string, string> Images { get; init; } = new Dictionary<string, string>();

    /// <summary>Content of each rendered file, by its path in the release bundle.</summary>
    public IReadOnlyDictionary<string, ContentHash> RenderedFiles { get; init; } = new Dictionary<string, ContentHash>();

    /// <summary>Content of what else the release is made of, by name: image recipes, templates of its files; empty where nothing is.</summary>
    public IReadOnlyDictionary<string, ContentHash> Sources { get; init; } = new Dictionary<string, ContentHash>();

    /// <summary>The numbered launch template version that instances start from, by profile; empty where there are no instances.</summary>
    public IReadOnlyDictionary<string, LaunchTemplateVersion> LaunchTemplates { get; init; } = new Dictionary<string, LaunchTemplateVersion>();

    /// <summary>
    /// The manifest as it was proved, while the same content starts from something new that is not proved yet; null otherwise. A failure
    /// returns to it.
    /// </summary>
    public Manifest? Proved { get; init; }

    /// <summary>Version of each secret at the time, for the audit: a rollback runs with current ones.</summary>
    public IReadOnlyDictionary<string, string> SecretVersions { get; init; } = new Dictionary<string, string>();

    /// <summary>The id follows from content alone, so that an unchanged tree is the same release on every machine.</summary>
    /// <param name="sources">What else it is made of; null for nothing.</param>
    public static ReleaseId IdOf(
        IReadOnlyDictionary<string, ContentHash> services,
        IReadOnlyDictionary<string, string> configuration,
        IReadOnlyDictionary<string, ContentHash>? sources = null) =>
        ReleaseId.From(ContentHash.Of(
        [
            .. services.Select(service => KeyValuePair.Create($"service/{service.Key}", service.Value)),
            .. (sources ?? new Dictionary<string, ContentHash>()).Select(source => KeyValuePair.Create($"source/{source.Key}", source.Value)),
            .. configuration.Select(setting => KeyValuePair.Create($"setting/{setting.Key}", ContentHash.OfText(setting.Value))),
        ]));
}

/// <summary>Which versions of the stored data's schema a release writes and can live with (expand first, contract later).</summary>
/// <param name="Current">The version that the release brings the data to.</param>
/// <param name="RunsOnSince">The oldest release's schema version whose code still runs on data of <paramref name="Current"/>.</param>
internal sealed record SchemaCompatibility(int Current, int RunsOnSince)
{
    /// <summary>Of the tree at hand; raise it together with a migration.</summary>
    public static SchemaCompatibility OfThisTree { get; } = new(1, 1);

    /// <summary>Whether an older release can run on data that this one has migrated.</summary>
    public bool Allows(SchemaCompatibility older) => older.Current >= RunsOnSince;
}
