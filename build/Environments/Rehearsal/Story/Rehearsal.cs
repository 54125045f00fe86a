using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.LoadTest;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>The production release, for real, against an emulated AWS on this machine.</summary>
public sealed class Rehearsal
{
    private const int FaultLines = 40;

    private readonly CommandRunner _commands;
    private readonly Workspace _workspace;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;
    private readonly InfrastructureRehearsal _infrastructure;

    internal Rehearsal(CommandRunner commands, Workspace workspace, StepJournal journal, TimeProvider time)
    {
        (_commands, _workspace, _journal, _time) = (commands, workspace, journal, time);
        _infrastructure = new InfrastructureRehearsal(commands, workspace, journal, time);
    }

    /// <param name="target">What was typed for the environment called rehearsal; null for the whole story.</param>
    /// <param name="cancellation">Ends it; everything that was started is gone.</param>
    public Task RunAsync(string? target, CancellationToken cancellation) => target switch
    {
        "TerraformPlan" => _infrastructure.RunAsync(apply: false, cancellation),
        "TerraformApply" => _infrastructure.RunAsync(apply: true, cancellation),
        null or "Deploy" => TellAsync(cancellation),
        _ => throw new InvalidOperationException($"A rehearsal is gone when it ends, so {target} finds nothing there. The whole story: ./build.sh --target=Rehearse"),
    };

    private async Task TellAsync(CancellationToken cancellation)
    {
        RehearsalStage? stage = null;
        InstanceFleet? fleet = null;
        var began = MachineWork.Read();
        try
        {
            await _journal.RunAsync("Site", async () =>
            {
                stage = await RehearsalStage.OpenAsync(_commands, _workspace, options: null, _journal, _time, cancellation);
                return $"AWS at {stage.Site.Aws.Endpoint}, {(stage.Site.Network is null ? "no container engine" : $"registry {stage.Site.Registry}")}";
            });
            if (stage!.Site.Network is not { } network)
            {
                _journal.Omit("Deploy, Rollback", "without a container engine nothing can boot; the infrastructure is rehearsed alone");
                await _infrastructure.ActAsync(stage, apply: true, cancellation);
                return;
            }

            if (stage.Site.Registry is not { } registry || stage.Missing.Count > 0)
            {
                throw RehearsalException.Without(stage.Missing);
            }

            var opened = MachineWork.Read();
            await _journal.RunAsync("Base images", async () =>
            {
                await RehearsedBases.EnsureAsync(_commands, _workspace.Root, cancellation);
                return null;
            });
            await _journal.RunAsync("Machine image", async () =>
            {
                fleet = await InstanceFleet.StartAsync(_commands, stage.Site.Aws, OptionsOf(stage.Site, network, registry), _journal.Say, _time, cancellation);
                return "a disk with the layers of the base images";
            });
            var imaged = MachineWork.Read();
            var load = await new ReleaseStory(stage, fleet!, PermissionCheck.Of(_workspace.Root, _journal.Say), _journal, _time).RunAsync(cancellation);
            await JudgeAsync(stage, load, cancellation);
            if (MachineWork.Read() is { } ended)
            {
                await _journal.RunAsync("Work", () => Task.FromResult<string?>($"{ended - imaged! + (opened! - began!)}, base images aside"));
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException && stage is not null)
        {
            // A fault of the emulator is not one of the release.
            stage.Site.Aws.Said.Skip(1).TakeLast(FaultLines).ToList().ForEach(line => _journal.Say($"emulator: {line}"));
            throw;
        }
        finally
        {
            await using (stage)
            await using (fleet)
            {
                await RehearsalReport.WriteAsync(RehearsalStage.FolderOf(_workspace), _journal, fleet?.Lives ?? [], CancellationToken.None);
                _journal.Close($"Report: {Path.GetRelativePath(_workspace.Root, RehearsalStage.FolderOf(_workspace))}/report.md; what each run printed is in logs/ beside it");
                RehearsalReport.RealAndEmulated(fleet is not null).Prepend("").ToList().ForEach(_journal.Close);
            }
        }
    }

    private FleetOptions OptionsOf(RehearsalSite site, string network, string registry) =>
        new(_workspace.Root, site.Run, network, site.Address, new Uri($"http://{registry}").Port)
        {
            BaseImages = [RehearsedBases.Runtime, RehearsedBases.Nginx],
        };

    private Task JudgeAsync(RehearsalStage stage, LoadFigures load, CancellationToken cancellation) => _journal.RunAsync("Load through every switch", async () =>
    {
        load.Lines().ToList().ForEach(_journal.Say);
        foreach (var problem in stage.Site.Problems.Distinct())
        {
            _journal.Say($"site: {problem}");
        }

        var counters = await stage.Site.Balancer!.CountAsync(cancellation);
        return load.Failed == 0
            ? FormattableString.Invariant($"{load.Sent} requests, none failed; p99 {load.Percentile(0.99):0} ms; the balancer counted {counters.Requests} and {counters.UpstreamFailures} failures of targets")
            : throw new RehearsalException($"{load.Failed} of {load.Sent} requests failed; the most frequent failure is '{load.Failures[0].Kind}'.");
    });
}
