using VectorDb.Build.Aws;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Aws;

/// <summary>A fleet on its way to a launch template version.</summary>
/// <param name="RefreshId">Null for a fleet that comes up from zero.</param>
/// <param name="Begun">Time stamp.</param>
internal sealed record FleetMove(Fleet Fleet, LaunchTemplateVersion Template, InstanceWatch Watch, string? RefreshId, long Begun)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(20);

    private long? _replaced;

    /// <summary>Auto Scaling says that it has replaced what was to be replaced, and enough instances of the version serve.</summary>
    /// <exception cref="RolloutFailedException">The refresh ended otherwise, or instances took too long.</exception>
    public bool IsDone(FleetState state, InstanceRefresh? refresh, TimeProvider time)
    {
        if (refresh is { HasEnded: true, Status: not "Successful" })
        {
            throw new RolloutFailedException($"The instance refresh of {Fleet.Group} ended as {refresh.Status}: {refresh.Reason ?? "AWS gives no reason"}");
        }

        if (RefreshId is not null && refresh is not { HasEnded: true })
        {
            return false;
        }

        var since = RefreshId is null ? Begun : _replaced ??= time.GetTimestamp();
        if (state.Staying.Count(instance => instance.Template == Template && state.Serves(instance)) >= Fleet.Minimum)
        {
            return true;
        }

        return time.GetElapsedTime(since) <= StartLimit
            ? false
            : throw new RolloutFailedException($"{Fleet.Minimum} instances of {Fleet.Group} did not serve within {StartLimit.TotalMinutes:0} minutes.");
    }
}
