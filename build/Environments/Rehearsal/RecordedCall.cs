namespace VectorDb.Build.Environments.Rehearsal;

/// <summary>Calls to the emulated AWS that are alike.</summary>
/// <param name="Service">As it stands in the signature.</param>
/// <param name="Permissions">What the caller needs for it, as a policy names it; a transaction needs those of what it is made of.</param>
/// <param name="Principal">Name of the role, or the access key of somebody without one.</param>
/// <param name="Status">Of the HTTP answer.</param>
internal sealed record RecordedCall(string Service, string Action, IReadOnlyList<string> Permissions, string Principal, int Status, int Count);
