using VectorDb.Build.Releases;

namespace VectorDb.Build.Environments.Local;

/// <summary>Where everything of the local environment lies.</summary>
/// <param name="Root">The folder that <c>VECTORDB_HOME</c> names.</param>
internal sealed record LocalHome(string Root)
{
    public const string Variable = "VECTORDB_HOME";

    private const string DefaultFolder = ".vectordb";

    public string Environment => Path.Combine(Root, "local");

    public string Releases => Path.Combine(Environment, "releases");

    public string Hosts => Path.Combine(Environment, "host");

    public string Ledger => Path.Combine(Environment, "ledger.jsonl");

    public string Lock => Path.Combine(Environment, "lock.json");

    /// <summary>What the services keep: the embedded store, the task ledger, files and keys.</summary>
    public string Data => Path.Combine(Environment, "data");

    /// <summary>One file a secret.</summary>
    public string Secrets => Path.Combine(Environment, "secrets");

    public string Logs => Path.Combine(Environment, "logs");

    public string ControlSocket => Path.Combine(Environment, "run", "control.sock");

    /// <summary>What passed already, by content.</summary>
    public string TestResults => Path.Combine(Root, "test-results");

    /// <param name="repositoryRoot">Holds the home unless the variable says otherwise.</param>
    /// <param name="variable">The value of <see cref="Variable"/>; relative to the current folder.</param>
    public static LocalHome Of(string repositoryRoot, string? variable) =>
        new(string.IsNullOrWhiteSpace(variable) ? Path.Combine(repositoryRoot, DefaultFolder) : Path.GetFullPath(variable));

    public string FolderOf(ReleaseId release) => Path.Combine(Releases, release.Value);

    public string FolderOf(ContentHash host) => Path.Combine(Hosts, host.Short);
}
