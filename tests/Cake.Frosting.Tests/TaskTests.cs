using Cake.Core;

namespace Cake.Frosting.Tests;

public sealed class TaskTests
{
    [Fact]
    public void A_task_is_asked_whether_it_should_run() =>
        Assert.Equal(["asked", "ran"], HostRun.Of<Willing>("--target=Willing").Notes);

    [Theory]
    [InlineData(typeof(Unneeded))]
    [InlineData(typeof(UnneededAsync))]
    public void A_target_that_should_not_run_is_an_error(Type task)
    {
        var run = HostRun.Of([task], $"--target={task.Name}");

        Assert.Empty(run.Notes);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("skipped", run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_dependency_that_should_not_run_is_skipped_with_its_reason()
    {
        var run = HostRun.Of([typeof(Unneeded), typeof(NeedsUnneeded)], "--target=NeedsUnneeded");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["NeedsUnneeded"], run.Notes);
        Assert.Contains("nothing to do", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_asynchronous_task_is_awaited() =>
        Assert.Equal(["before", "after"], HostRun.Of<Asynchronous>("--target=Asynchronous").Notes);

    [Fact]
    public void A_failed_task_ends_the_run_with_its_message_and_exit_code_1()
    {
        var run = HostRun.Of([typeof(Failing), typeof(NeedsFailing)], "--target=NeedsFailing");

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Notes);
        Assert.Contains("Error: it broke", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exit_code_of_an_exception_in_a_task_is_lost_in_the_report() =>
        Assert.Equal(1, HostRun.Of<FailingWithCode>("--target=FailingWithCode").ExitCode);

    [Fact]
    public void ContinueOnError_lets_the_run_go_on()
    {
        var run = HostRun.Of([typeof(FailingMildly), typeof(NeedsFailingMildly)], "--target=NeedsFailingMildly");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["NeedsFailingMildly"], run.Notes);
    }

    [Fact]
    public void OnError_handles_the_exception_and_Finally_runs_last()
    {
        var run = HostRun.Of<Handled>("--target=Handled");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["error: it broke", "finally"], run.Notes);
    }

    [Fact]
    public void OnError_of_an_asynchronous_task_may_throw_again()
    {
        var run = HostRun.Of<Rethrown>("--target=Rethrown");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["finally"], run.Notes);
        Assert.Contains("worse", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Finally_runs_after_success_too() =>
        Assert.Equal(["finally"], HostRun.Of<Tidy>("--target=Tidy").Notes);

    [Fact]
    public void A_task_is_known_by_its_annotated_name() =>
        Assert.Equal(["Named"], HostRun.Of<Named>("--target=Another-Name").Notes);

    [Fact]
    public void A_task_for_another_context_is_left_out_with_a_warning()
    {
        var run = HostRun.Of<Stranger>("--target=Stranger");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("isn't convertible to", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_tasks_of_the_entry_assembly_are_found() =>
        Assert.Contains("Is found.", HostRun.Of([], "--description").Output, StringComparison.Ordinal);

    [Fact]
    public void Public_tasks_of_an_added_assembly_are_found_again_even_if_it_is_the_entry_assembly()
    {
        var run = HostRun.Of([], host => host.AddAssembly(typeof(HostRun).Assembly), "--description");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Another task with the name 'FoundTask' has already been added", run.Errors, StringComparison.Ordinal);
    }

    private sealed class Willing(HostRun run) : FrostingTask
    {
        public override bool ShouldRun(ICakeContext context)
        {
            run.Note("asked");
            return true;
        }

        public override void Run(ICakeContext context) => run.Note("ran");
    }

    private sealed class Unneeded(HostRun run) : Noting(run), IFrostingTask
    {
        public string SkippedMessage => "nothing to do";

        public override bool ShouldRun(ICakeContext context) => false;
    }

    private sealed class UnneededAsync(HostRun run) : AsyncFrostingTask
    {
        public override bool ShouldRun(ICakeContext context) => false;

        public override Task RunAsync(ICakeContext context)
        {
            run.Note("ran");
            return Task.CompletedTask;
        }
    }

    [IsDependentOn(typeof(Unneeded))]
    private sealed class NeedsUnneeded(HostRun run) : Noting(run);

    private sealed class Asynchronous(HostRun run) : AsyncFrostingTask
    {
        public override async Task RunAsync(ICakeContext context)
        {
            run.Note("before");
            await Task.Yield();
            run.Note("after");
        }
    }

    private sealed class Failing : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new InvalidOperationException("it broke");
    }

    [IsDependentOn(typeof(Failing))]
    private sealed class NeedsFailing(HostRun run) : Noting(run);

    private sealed class FailingWithCode : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new CakeException(7, "seven");
    }

    [ContinueOnError]
    private sealed class FailingMildly : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new InvalidOperationException("it broke");
    }

    [IsDependentOn(typeof(FailingMildly))]
    private sealed class NeedsFailingMildly(HostRun run) : Noting(run);

    private sealed class Handled(HostRun run) : FrostingTask
    {
        public override void Run(ICakeContext context) => throw new InvalidOperationException("it broke");

        public override void OnError(Exception exception, ICakeContext context) => run.Note($"error: {exception.Message}");

        public override void Finally(ICakeContext context) => run.Note("finally");
    }

    private sealed class Rethrown(HostRun run) : AsyncFrostingTask
    {
        public override Task RunAsync(ICakeContext context) => Task.FromException(new InvalidOperationException("it broke"));

        public override void OnError(Exception exception, ICakeContext context) => throw new InvalidOperationException("worse", exception);

        public override void Finally(ICakeContext context) => run.Note("finally");
    }

    private sealed class Tidy(HostRun run) : FrostingTask
    {
        public override void Run(ICakeContext context)
        {
        }

        public override void Finally(ICakeContext context) => run.Note("finally");
    }

    [TaskName("Another-Name")]
    private sealed class Named(HostRun run) : Noting(run);

    private sealed class OtherContext(ICakeContext context) : FrostingContext(context);

    private sealed class Stranger : FrostingTask<OtherContext>
    {
        public override void Run(OtherContext context)
        {
        }
    }
}
