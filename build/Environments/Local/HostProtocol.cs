using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Environments.Local;

/// <summary>The answer to <c>GET /status</c> of the resident host.</summary>
/// <param name="Stopping">It takes no more commands and will be gone; hosts from before this was told leave it out.</param>
internal sealed record HostStatus(HostDescription Host, string? Active, IReadOnlyList<HostedRelease> Releases, bool Stopping = false);

/// <param name="Content">Short content hash of its binaries.</param>
/// <param name="Port">Where the gateway listens.</param>
internal sealed record HostDescription(int Pid, string Content, int Port, DateTimeOffset StartedAt);

/// <param name="State"><c>starting</c>, <c>healthy</c>, <c>active</c>, <c>draining</c>, <c>standby</c> or <c>failed</c>.</param>
internal sealed record HostedRelease(string Id, string State, IReadOnlyList<HostedService> Services)
{
    public const string Draining = "draining";
    public const string Standby = "standby";
}

internal sealed record HostedService(string Name, int? Pid, string Health, int Restarts, long MemoryBytes);

/// <summary>The body of <c>POST /releases/{id}/start</c>.</summary>
internal sealed record StartCommand(string Directory, IReadOnlyDictionary<string, string> Environment);

/// <summary>The answer to <c>POST /releases/{id}/activate</c>.</summary>
internal sealed record ActivateAnswer(string? Previous);

/// <summary>The body of <c>POST /upgrade</c>.</summary>
internal sealed record UpgradeCommand(string Directory, string Content);

/// <summary>Problem details, when the host refuses or fails.</summary>
internal sealed record HostProblem(string? Title, string? Detail, string? Service, string? Reason, IReadOnlyList<string>? Log);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HostStatus))]
[JsonSerializable(typeof(StartCommand))]
[JsonSerializable(typeof(ActivateAnswer))]
[JsonSerializable(typeof(UpgradeCommand))]
[JsonSerializable(typeof(HostProblem))]
internal sealed partial class HostJson : JsonSerializerContext;
