using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Control;

/// <summary>The answer to <c>GET /status</c>.</summary>
/// <param name="Stopping">What still runs finishes its requests; it takes no more commands and will be gone.</param>
internal sealed record HostStatus(HostDescription Host, string? Active, IReadOnlyList<ReleaseStatus> Releases, QueueStatus Queue, bool Stopping);

/// <summary>The host itself; also in <c>run/host.json</c>.</summary>
/// <param name="Content">Hash of its binaries.</param>
internal sealed record HostDescription(int Pid, string Content, int Port, DateTimeOffset StartedAt);

internal sealed record ReleaseStatus(string Id, ReleaseState State, IReadOnlyList<ServiceStatus> Services, int InFlight);

/// <param name="Trouble">Why it is not healthy.</param>
/// <param name="CrashLoop">It has ended again and again.</param>
internal sealed record ServiceStatus(
    string Name, int? Pid, int Port, ServiceHealth Health, int Restarts, long MemoryBytes, string? Trouble, bool CrashLoop);

internal sealed record QueueStatus(int Pid, ServiceHealth Health, int Port);

internal enum ReleaseState
{
    Starting,
    Healthy,
    Active,
    Draining,
    Standby,
    Failed,
}

/// <summary>The body of <c>POST /releases/{id}/start</c>.</summary>
/// <param name="Directory">Of the release; absolute.</param>
internal sealed record StartCommand(string Directory, IReadOnlyDictionary<string, string>? Environment);

/// <summary>The answer to <c>POST /releases/{id}/activate</c>.</summary>
internal sealed record Activated(string? Previous);

/// <summary>The body of <c>POST /upgrade</c>.</summary>
/// <param name="Directory">Of the new host's binaries; absolute.</param>
/// <param name="Content">Hash of them.</param>
internal sealed record UpgradeCommand(string Directory, string Content);
