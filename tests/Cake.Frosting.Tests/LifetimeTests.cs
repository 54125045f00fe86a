using Cake.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting.Tests;

public sealed class LifetimeTests
{
    private static readonly Action<CakeHost> Both = host => host.UseLifetime<RunLifetime>().UseTaskLifetime<EachTask>();

    [Fact]
    public void Both_ends_of_the_run_and_of_each_task_are_seen_in_order() => Assert.Equal(
        ["setup for Work", "task setup Work", "Work", "task teardown Work", "teardown ok"],
        HostRun.Of([typeof(Work)], Both, "--target=Work").Notes);

    [Fact]
    public void Teardowns_run_after_a_failure()
    {
        var run = HostRun.Of([typeof(Broken)], Both, "--target=Broken");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["setup for Broken", "task setup Broken", "task teardown Broken", "teardown failed"], run.Notes);
    }

    [Fact]
    public void A_failed_setup_runs_no_task_but_the_teardown()
    {
        var run = HostRun.Of([typeof(Work)], host => host.UseLifetime<BrokenLifetime>(), "--target=Work");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["teardown"], run.Notes);
    }

    [Fact]
    public void A_failed_task_setup_runs_not_the_task_but_its_teardown()
    {
        var run = HostRun.Of([typeof(Work)], host => host.UseTaskLifetime<BrokenTaskLifetime>(), "--target=Work");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["task teardown"], run.Notes);
    }

    [Fact]
    public void Each_end_can_be_used_alone() => Assert.Equal(
        ["setup", "task setup", "Work", "task teardown", "teardown"],
        HostRun.Of(
            [typeof(Work)],
            host => host.UseSetup<OnlySetup>().UseTeardown<OnlyTeardown>().UseTaskSetup<OnlyTaskSetup>().UseTaskTeardown<OnlyTaskTeardown>(),
            "--target=Work").Notes);

    [Fact]
    public void A_dry_run_sets_up_and_tears_down_the_run_but_no_task() => Assert.Equal(
        ["setup for Work", "teardown ok"], HostRun.Of([typeof(Work)], Both, "--target=Work", "--dryrun").Notes);

    [Fact]
    public void Lifetimes_get_the_context_of_the_build() => Assert.Equal(
        ["OwnContext"],
        HostRun.Of([typeof(Quiet)], host => host.UseContext<OwnContext>().UseSetup<TypedSetup>(), "--target=Quiet").Notes);

    private sealed class Work(HostRun run) : Noting(run);

    private sealed class Quiet : FrostingTask;

    private sealed class Broken : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new InvalidOperationException("it broke");
    }

    private sealed class RunLifetime(HostRun run) : FrostingLifetime
    {
        public override void Setup(ICakeContext context, ISetupContext info) => run.Note($"setup for {info.TargetTask.Name}");

        public override void Teardown(ICakeContext context, ITeardownContext info) => run.Note($"teardown {(info.Successful ? "ok" : "failed")}");
    }

    private sealed class EachTask(HostRun run) : FrostingTaskLifetime
    {
        public override void Setup(ICakeContext context, ITaskSetupContext info) => run.Note($"task setup {info.Task.Name}");

        public override void Teardown(ICakeContext context, ITaskTeardownContext info) => run.Note($"task teardown {info.Task.Name}");
    }

    private sealed class BrokenLifetime(HostRun run) : FrostingLifetime
    {
        public override void Setup(ICakeContext context, ISetupContext info) => throw new InvalidOperationException("it broke");

        public override void Teardown(ICakeContext context, ITeardownContext info) => run.Note("teardown");
    }

    private sealed class BrokenTaskLifetime(HostRun run) : FrostingTaskLifetime
    {
        public override void Setup(ICakeContext context, ITaskSetupContext info) => throw new InvalidOperationException("it broke");

        public override void Teardown(ICakeContext context, ITaskTeardownContext info) => run.Note("task teardown");
    }

    private sealed class OnlySetup(HostRun run) : FrostingSetup
    {
        public override void Setup(ICakeContext context, ISetupContext info) => run.Note("setup");
    }

    private sealed class OnlyTeardown(HostRun run) : FrostingTeardown
    {
        public override void Teardown(ICakeContext context, ITeardownContext info) => run.Note("teardown");
    }

    private sealed class OnlyTaskSetup(HostRun run) : FrostingTaskSetup
    {
        public override void Setup(ICakeContext context, ITaskSetupContext info) => run.Note("task setup");
    }

    private sealed class OnlyTaskTeardown(HostRun run) : FrostingTaskTeardown
    {
        public override void Teardown(ICakeContext context, ITaskTeardownContext info) => run.Note("task teardown");
    }

    private sealed class OwnContext(ICakeContext context) : FrostingContext(context);

    private sealed class TypedSetup(HostRun run) : FrostingSetup<OwnContext>
    {
        public override void Setup(OwnContext context, ISetupContext info) => run.Note(context.GetType().Name);
    }
}
