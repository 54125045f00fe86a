using Cake.Core;
using Cake.Frosting;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build;

/// <summary>What every task is given: where the repository is, what the command line asked for, and when to stop.</summary>
public sealed class BuildContext(ICakeContext context, BuildSession session) : FrostingContext(context)
{
    /// <summary>The full path of the repository.</summary>
    public string RepositoryRoot => session.RepositoryRoot;

    /// <summary>Cancelled by the first SIGINT or SIGTERM. Pass it to everything that waits.</summary>
    public CancellationToken Cancellation => session.Cancellation;

    /// <summary>The exit code of a run in which no task fails, like 3 of a Status that found something unhealthy.</summary>
    public int ExitCode
    {
        get => session.ExitCode;
        set => session.ExitCode = value;
    }

    /// <summary>The target that is rehearsed instead of being run; null for the whole story.</summary>
    public string? Rehearsed => session.Invocation.Rehearsed;

    /// <summary>The value that the command line gave an option, or its default.</summary>
    public T Value<T>(Option<T> option) => session.Invocation.Value(option);
}
