using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Rollout;
using VectorDb.Build.SmokeTest;

namespace VectorDb.Build.Environments;

/// <summary>What a release lands on. An environment decides <em>where</em>.</summary>
internal interface IReleaseEnvironment
{
    string Name { get; }

    ILedger Ledger { get; }

    ReleaseLock Lock { get; }

    IReleaseCatalog Catalog { get; }

    IRollout Rollout { get; }

    Retention Retention { get; }

    /// <summary>What this environment asks of a release and of those who make one.</summary>
    EnvironmentRules Rules { get; }

    /// <summary>Steps of the chain that a release needs elsewhere but not here, each with its reason.</summary>
    IReadOnlyList<OmittedStep> OmittedSteps { get; }

    /// <summary>Who runs this, as the environment itself knows it.</summary>
    Task<Identity> IdentifyAsync(CancellationToken cancellationToken);

    /// <summary>The release at hand, as it would land here; nothing is changed.</summary>
    Task<Manifest> DescribeAsync(Authorship authorship, CancellationToken cancellationToken);

    /// <summary>How to reach and to prove what serves here.</summary>
    /// <param name="release">The release that must answer; null when any will do.</param>
    Task<SmokeTarget> SmokeTargetAsync(Manifest? release, CancellationToken cancellationToken);
}

/// <param name="RollbackBudget">How long a rollback may take; printed beside what it took.</param>
/// <param name="UndoLimit">How long taking a failed release back may take before a person has to look.</param>
/// <param name="FreezesAfterRollback">Whether deploys wait for <c>Unfreeze</c> after a rollback, by hand or by itself.</param>
/// <param name="DemandsFullSuite">Whether only bytes on which every test passed may be deployed.</param>
internal sealed record EnvironmentRules(TimeSpan RollbackBudget, TimeSpan UndoLimit, bool FreezesAfterRollback, bool DemandsFullSuite);

/// <param name="Commit">The full commit id, with <c>-dirty</c> for a tree with changes; <c>none</c> outside a git checkout.</param>
/// <param name="Owner">Who releases it.</param>
/// <param name="At">When (UTC).</param>
internal sealed record Authorship(string Commit, string Owner, DateTimeOffset At);

/// <param name="Name">The step, as its target is called.</param>
/// <param name="Reason">Why it is not needed.</param>
/// <param name="MayBeAsked">Whether it still does something when it is the target itself.</param>
internal sealed record OmittedStep(string Name, string Reason, bool MayBeAsked = false);

/// <param name="Owner">Who: <c>user@machine</c>, or the caller's ARN.</param>
/// <param name="Run">Where to look: <c>machine/process</c>, or the address of the pipeline run.</param>
internal sealed record Identity(string Owner, string Run);
