using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments;

/// <summary>What a release lands on. An environment decides <em>where</em>; it knows nothing of targets.</summary>
internal interface IReleaseEnvironment
{
    string Name { get; }

    ILedger Ledger { get; }

    ReleaseLock Lock { get; }

    IReleaseCatalog Catalog { get; }

    IRollout Rollout { get; }

    Retention Retention { get; }

    /// <summary>Settings that the services of a release run with here; never a secret.</summary>
    IReadOnlyDictionary<string, string> Configuration { get; }

    /// <summary>Steps of the chain that a release needs elsewhere but not here, each with its reason.</summary>
    IReadOnlyList<OmittedStep> OmittedSteps { get; }

    /// <summary>Who runs this, as the environment itself knows it.</summary>
    Task<Identity> IdentifyAsync(CancellationToken cancellationToken);
}

/// <param name="Name">The step, as its target is called.</param>
/// <param name="Reason">Why it is not needed.</param>
internal sealed record OmittedStep(string Name, string Reason);

/// <param name="Owner">Who: <c>user@machine</c>, or the caller's ARN.</param>
/// <param name="Run">Where to look: <c>machine/process</c>, or the address of the pipeline run.</param>
internal sealed record Identity(string Owner, string Run);
