namespace VectorDb.Build.Processes;

/// <summary>A process that cannot be mistaken for another one that later got the same number.</summary>
/// <param name="Machine">Name of the machine.</param>
/// <param name="Id">Process number.</param>
/// <param name="StartedAt">When it started, in the machine's own units.</param>
internal sealed record ProcessIdentity(string Machine, int Id, long StartedAt);
