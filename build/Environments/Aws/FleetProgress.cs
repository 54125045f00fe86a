using System.Globalization;
using VectorDb.Build.Aws;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Aws;

/// <summary>Tells how the fleets move, a line whenever something has changed.</summary>
internal sealed class FleetProgress(StepJournal journal, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    public void Tell(FleetState state, LaunchTemplateVersion template, InstanceRefresh? refresh)
    {
        var now = Describe(state, template, refresh);
        if (_told.GetValueOrDefault(state.Fleet.Profile) != now)
        {
            _told[state.Fleet.Profile] = now;
            journal.Say(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_start).TotalSeconds,5:0} s  {state.Fleet.Profile,-6} {now}"));
        }
    }

    private static string Describe(FleetState state, LaunchTemplateVersion template, InstanceRefresh? refresh)
    {
        var fresh = state.Group.Instances.Where(instance => instance.Template == template).ToList();
        var old = state.Group.Instances.Count - fresh.Count;
        var doing = refresh is null ? "starting" : string.Create(CultureInfo.InvariantCulture, $"{refresh.Status} {refresh.Percentage} %");
        var lives = string.Join(", ", fresh.Select(instance => $"{instance.Id} {Life(state, instance)}"));
        return $"{doing}  version {template.Version}: {(lives.Length == 0 ? "no instance yet" : lives)}{(old > 0 ? $"; {old} of the old version" : "")}";
    }

    private static string Life(FleetState state, GroupInstance instance) =>
        state.Targets.GetValueOrDefault(instance.Id) is { } target ? $"{instance.Lifecycle}, target {target.State}" : instance.Lifecycle;
}
