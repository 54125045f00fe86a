using System.Text.Json;

namespace VectorDb.Build.Environments.Rehearsal.Fleet;

/// <summary>An instance of a group, as the emulator has it.</summary>
/// <param name="State"><c>Pending:Wait</c>, <c>InService</c>, <c>Terminating:Wait</c>, ...</param>
internal sealed record InstanceRecord(string Id, string Group, string TemplateVersion, string State)
{
    public bool IsLeaving => State.StartsWith("Terminating", StringComparison.Ordinal);

    public static InstanceRecord Of(JsonElement json) => new(
        json.GetProperty("instanceId").GetString()!,
        json.GetProperty("group").GetString()!,
        json.GetProperty("launchTemplateVersion").GetString()!,
        json.GetProperty("lifecycleState").GetString()!);
}

/// <summary>What became of an instance so far. Times are counted from its launch.</summary>
/// <param name="State">The last that was seen, or <c>Terminated</c>.</param>
/// <param name="Started">Its machine runs.</param>
/// <param name="InService">Its user data was done and had said so.</param>
/// <param name="Leaving">Its group wanted it to go.</param>
/// <param name="Gone">Its machine was removed.</param>
/// <param name="Failure">Why there was no machine, or no longer.</param>
internal sealed record InstanceLife(
    string Id,
    string Group,
    string TemplateVersion,
    string State,
    TimeSpan? Started = null,
    TimeSpan? InService = null,
    TimeSpan? Leaving = null,
    TimeSpan? Gone = null,
    string? Failure = null);
