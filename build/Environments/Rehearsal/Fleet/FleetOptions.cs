namespace VectorDb.Build.Environments.Rehearsal.Fleet;

/// <summary>Where the instances of a rehearsal run, and what they find there.</summary>
/// <param name="RepositoryRoot">Where the files are that make a container an instance.</param>
/// <param name="Run">Name of the run; every container carries it as its label.</param>
/// <param name="Network">Docker network of the run.</param>
/// <param name="SiteAddress">Address of this machine in that network.</param>
/// <param name="RegistryPort">Where the image registry listens, on the loopback and on <paramref name="SiteAddress"/>.</param>
internal sealed record FleetOptions(string RepositoryRoot, string Run, string Network, string SiteAddress, int RegistryPort)
{
    public const string Image = "vectordb-rehearsal/instance:2";

    /// <summary>Images whose layers lie on the disk of every instance from its start, where the engine has them; a release builds on them.</summary>
    public IReadOnlyList<string> BaseImages { get; init; } = [];

    public string Files => Path.Combine(RepositoryRoot, "build", "Environments", "Rehearsal", "instance");
}
