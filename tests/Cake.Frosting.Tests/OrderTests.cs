namespace Cake.Frosting.Tests;

public sealed class OrderTests
{
    private static readonly Type[] Chain = [typeof(Test), typeof(Build), typeof(Clean), typeof(Lint)];

    [Fact]
    public void Dependencies_run_first_and_once() =>
        Assert.Equal(["Clean", "Lint", "Build", "Test"], HostRun.Of(Chain, "--target=Test").Notes);

    [Fact]
    public void A_task_that_is_a_dependee_of_another_runs_before_it() =>
        Assert.Equal(["Clean", "Lint", "Build"], HostRun.Of(Chain, "--target", "Build").Notes);

    [Fact]
    public void Exclusive_leaves_dependencies_out() =>
        Assert.Equal(["Test"], HostRun.Of(Chain, "--target=Test", "--exclusive").Notes);

    [Fact]
    public void Targets_are_found_in_any_case_and_by_the_short_option() =>
        Assert.Equal(["Clean"], HostRun.Of(Chain, "-t", "clean").Notes);

    [Fact]
    public void Several_targets_share_their_dependencies() =>
        Assert.Equal(["Clean", "Lint", "Build", "Test"], HostRun.Of(Chain, "--target=Build", "--target=Test").Notes);

    [Fact]
    public void Independent_targets_run_once_each_but_not_in_the_order_of_the_command_line() => Assert.Equal(
        ["First", "Second", "Third"],
        HostRun.Of([typeof(First), typeof(Second), typeof(Third)], "--target=Third", "--target=First", "--target=Second").Notes);

    [Fact]
    public void The_default_target_is_Default() =>
        Assert.Equal(["Default"], HostRun.Of([typeof(Clean), typeof(Default)]).Notes);

    [Fact]
    public void A_dependency_that_is_no_task_is_an_error()
    {
        var run = HostRun.Of<Misled>("--target=Misled");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The dependency 'DateTime' is not a valid task.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_is_an_error()
    {
        var run = HostRun.Of([typeof(Hen), typeof(Egg)], "--target=Hen");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("edges in graph are not allowed", run.Errors, StringComparison.Ordinal);
    }

    private sealed class Clean(HostRun run) : Noting(run);

    [IsDependeeOf(typeof(Build))]
    private sealed class Lint(HostRun run) : Noting(run);

    [IsDependentOn(typeof(Clean))]
    private sealed class Build(HostRun run) : Noting(run);

    [IsDependentOn(typeof(Clean))]
    [IsDependentOn(typeof(Build))]
    private sealed class Test(HostRun run) : Noting(run);

    private sealed class Default(HostRun run) : Noting(run);

    private sealed class First(HostRun run) : Noting(run);

    private sealed class Second(HostRun run) : Noting(run);

    private sealed class Third(HostRun run) : Noting(run);

    [IsDependentOn(typeof(DateTime))]
    private sealed class Misled(HostRun run) : Noting(run);

    [IsDependentOn(typeof(Egg))]
    private sealed class Hen(HostRun run) : Noting(run);

    [IsDependentOn(typeof(Hen))]
    private sealed class Egg(HostRun run) : Noting(run);
}
