using System.Collections.Concurrent;
using System.Text.Json;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Fleet;

/// <summary>
/// The machines behind the instances of the emulated groups. Each boots by executing the user data of the launch template version that
/// its group launched it with; what it tells Auto Scaling, and when it serves, is its own affair. A machine goes when its record is gone.
/// </summary>
internal sealed class InstanceFleet : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly CommandRunner _commands;
    private readonly EmulatedAws _aws;
    private readonly FleetOptions _options;
    private readonly string? _machineImage;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Machine> _machines = new(StringComparer.Ordinal);
    private readonly Follower _follower;

    private InstanceFleet(CommandRunner commands, EmulatedAws aws, FleetOptions options, string? machineImage, Action<string> problem, TimeProvider time)
    {
        (_commands, _aws, _options, _machineImage, _time) = (commands, aws, options, machineImage, time);
        _follower = new Follower(aws, "instances", Pause, SeeAsync, problem, time);
    }

    /// <summary>Every instance so far, in the order of their launch.</summary>
    public IReadOnlyList<InstanceLife> Lives => [.. _machines.Values.OrderBy(static machine => machine.Launched).Select(static machine => machine.Life)];

    /// <param name="commands">Runs <c>docker</c>.</param>
    /// <param name="aws">Whose groups to follow.</param>
    /// <param name="options">Where the machines run.</param>
    /// <param name="problem">Told once what keeps it from following.</param>
    /// <param name="time">Paces the following, and measures.</param>
    /// <param name="cancellation">Ends the start alone: a run that is stopped may still have instances to drain.</param>
    /// <exception cref="CommandFailedException">No engine answers, or it lacks the image of the instances.</exception>
    public static async Task<InstanceFleet> StartAsync(
        CommandRunner commands, EmulatedAws aws, FleetOptions options, Action<string> problem, TimeProvider time, CancellationToken cancellation)
    {
        await InstanceContainer.RequireImageAsync(commands, cancellation);
        var machineImage = await new MachineImage(commands, aws, options, time).EnsureAsync(cancellation);
        // Real machines boot and drain: what waits for them must not be faster than they are.
        await aws.ControlAsync(HttpMethod.Put, "settings", new { machineTimeScale = 1 }, cancellation);
        return new InstanceFleet(commands, aws, options, machineImage, problem, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _stop.CancelAsync();
        await Task.WhenAll(_machines.Values.Select(static machine => machine.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await InstanceContainer.RemoveAllAsync(_commands, _options, CancellationToken.None);
        _stop.Dispose();
    }

    private Task SeeAsync(JsonElement instances, CancellationToken cancellation)
    {
        InstanceRecord[] records = [.. instances.EnumerateArray().Select(InstanceRecord.Of)];
        foreach (var record in records)
        {
            if (!_machines.TryGetValue(record.Id, out var machine) && !record.IsLeaving)
            {
                _machines[record.Id] = machine = new Machine(record, new InstanceContainer(_commands, _options, _machineImage, record.Id), _aws, _time, _stop.Token);
            }

            machine?.See(record);
        }

        foreach (var machine in _machines.Values.Where(machine => machine.IsThere && records.All(record => record.Id != machine.Life.Id)))
        {
            machine.Remove();
        }

        return Task.CompletedTask;
    }
}
