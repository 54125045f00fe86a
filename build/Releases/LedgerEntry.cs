using System.Text.Json.Serialization;

namespace VectorDb.Build.Releases;

/// <summary>What can happen to a release or to an environment.</summary>
internal enum LedgerEvent
{
    [JsonStringEnumMemberName("deploy-started")]
    DeployStarted,

    [JsonStringEnumMemberName("rollback-started")]
    RollbackStarted,

    [JsonStringEnumMemberName("activated")]
    Activated,

    [JsonStringEnumMemberName("verified")]
    Verified,

    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The run ended before anything of the release was started; nothing is said about the release.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>A signal ended the run; nothing is said about the release.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>The release was taken back; the one that is active instead has its own <see cref="Activated"/>.</summary>
    [JsonStringEnumMemberName("rolled-back")]
    RolledBack,

    [JsonStringEnumMemberName("retired")]
    Retired,

    [JsonStringEnumMemberName("removed")]
    Removed,

    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>The environment is gone, and nothing from before can come back.</summary>
    [JsonStringEnumMemberName("destroyed")]
    Destroyed,

    /// <summary>The environment's data was replaced by a backup.</summary>
    [JsonStringEnumMemberName("restored")]
    Restored,

    [JsonStringEnumMemberName("frozen")]
    Frozen,

    [JsonStringEnumMemberName("unfrozen")]
    Unfrozen,
}

/// <summary>One line of the ledger.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Event">What happened.</param>
/// <param name="Release">The release it happened to; null for an event of the whole environment.</param>
/// <param name="Commit">The commit of that release.</param>
/// <param name="By">Who did it: <c>user@machine</c> locally, the caller's ARN in AWS.</param>
/// <param name="Run">The run that did it: <c>machine/process</c> locally, the address of the pipeline run elsewhere.</param>
internal sealed record LedgerEntry(DateTimeOffset At, LedgerEvent Event, ReleaseId? Release, string? Commit, string By, string Run)
{
    /// <summary>In words: why it failed, what it was rolled back to, the message of a freeze.</summary>
    public string? Outcome { get; init; }

    /// <summary>How long the step took.</summary>
    public double? Seconds { get; init; }
}
