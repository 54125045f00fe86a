using Cake.Core;
using Cake.Core.Diagnostics;

namespace Cake.Frosting.Tests;

public sealed class HostOptionTests
{
    private static readonly Type[] Tasks = [typeof(Bake), typeof(Mix)];

    [Fact]
    public void A_dry_run_lists_the_tasks_and_runs_none()
    {
        var run = HostRun.Of(Tasks, "--target=Bake", "--dryrun");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Notes);
        Assert.Contains("1. Mix", run.Output, StringComparison.Ordinal);
        Assert.Contains("2. Bake", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Tree_draws_the_dependencies_and_runs_none()
    {
        var run = HostRun.Of(Tasks, "--tree");

        Assert.Empty(run.Notes);
        Assert.Contains("Bake\n└─Mix", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--description")]
    [InlineData("--showdescriptions")]
    public void Description_lists_the_tasks_and_runs_none(string option)
    {
        var run = HostRun.Of(Tasks, option);

        Assert.Empty(run.Notes);
        Assert.Contains("Bakes the cake.", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("--info")]
    public void Asking_about_the_build_runs_nothing(string option)
    {
        var run = HostRun.Of(Tasks, option);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Notes);
    }

    [Fact]
    public void Info_shows_the_version() => Assert.Contains("Version:", HostRun.Of(Tasks, "--info").Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("quiet", Verbosity.Quiet)]
    [InlineData("d", Verbosity.Diagnostic)]
    public void Verbosity_is_that_of_the_log(string typed, Verbosity expected) =>
        Assert.Equal([expected.ToString()], HostRun.Of<TellVerbosity>("--target=TellVerbosity", "--verbosity", typed).Notes);

    [Fact]
    public void Verbosity_can_be_a_setting() => Assert.Equal(
        ["Minimal"],
        HostRun.Of([typeof(TellVerbosity)], host => host.UseCakeSetting("Settings_Verbosity", "Minimal"), "--target=TellVerbosity").Notes);

    [Fact]
    public void A_wrong_verbosity_is_an_error() => Assert.NotEqual(0, HostRun.Of(Tasks, "--target=Mix", "--verbosity=loud").ExitCode);

    [Fact]
    public void The_summary_lists_what_ran_unless_no_report_is_given()
    {
        Assert.Contains("Total:", HostRun.Of(Tasks, "--target=Bake").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total:", HostRun.Of(Tasks, "--target=Bake", "--no-report").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_target_is_an_error_with_exit_code_1()
    {
        var run = HostRun.Of(Tasks, "--target=Fry");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Fry", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_reach_the_context_with_the_target() => Assert.Equal(
        ["Bake,Tell", "chocolate"],
        HostRun.Of([typeof(Bake), typeof(Mix), typeof(Tell)], "--target=Bake", "--target=Tell", "--flavour=chocolate").Notes.Where(note => note is not "Mix" and not "Bake"));

    [IsDependentOn(typeof(Mix))]
    [TaskDescription("Bakes the cake.")]
    private sealed class Bake(HostRun run) : Noting(run);

    private sealed class Mix(HostRun run) : Noting(run);

    private sealed class Tell(HostRun run) : FrostingTask
    {
        public override void Run(ICakeContext context)
        {
            run.Note(string.Join(',', context.Arguments.GetArguments("target")));
            run.Note(context.Arguments.GetArguments("flavour").Single());
        }
    }

    private sealed class TellVerbosity(HostRun run) : FrostingTask
    {
        public override void Run(ICakeContext context) => run.Note(context.Log.Verbosity.ToString());
    }
}
