using VectorDb.Build.CommandLine;

namespace VectorDb.Build;

/// <summary>One run of the build, from its arguments to its exit code.</summary>
/// <param name="repositoryRoot">The full path of the repository.</param>
/// <param name="invocation">The validated command line.</param>
/// <param name="cancellation">Cancelled when the run has to stop.</param>
public sealed class BuildSession(string repositoryRoot, Invocation invocation, CancellationToken cancellation)
{
    /// <summary>The full path of the repository.</summary>
    public string RepositoryRoot { get; } = repositoryRoot;

    /// <summary>The validated command line.</summary>
    public Invocation Invocation { get; } = invocation;

    /// <summary>Cancelled when the run has to stop.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The exit code of a run in which no task fails.</summary>
    public int ExitCode { get; set; }
}
