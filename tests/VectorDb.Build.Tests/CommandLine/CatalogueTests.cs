using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tests.CommandLine;

/// <summary>What is true of every target and option of the build, also of those to come.</summary>
public sealed class CatalogueTests
{
    private static readonly IReadOnlyList<Target> Targets = Target.Of(typeof(BuildContext).Assembly);

    [Fact]
    public void Every_target_has_a_description_and_a_group() =>
        Assert.Empty(Targets.Where(target => target.Description.Length == 0 || target.Group is null).Select(target => target.Name));

    [Fact]
    public void Every_description_is_one_line_that_fits_a_terminal() =>
        Assert.Empty(Targets.Where(target => target.Description.Length > 100 || target.Description.Contains('\n')).Select(target => target.Name));

    [Fact]
    public void Every_option_is_for_targets_that_exist() => Assert.Empty(
        Options.All.SelectMany(option => option.Targets).Except(Targets.Select(target => target.Name), StringComparer.Ordinal));

    [Fact]
    public void What_works_on_this_machine_alone_touches_no_other_environment() => Assert.Equal(
        ["Backup", "Build", "Clean", "FastSuite", "Publish", "Rehearse", "Restore", "Stop", "Test"],
        Targets.Where(static target => target.IsOfThisMachine).Select(static target => target.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void No_two_options_share_a_name()
    {
        var names = Options.All.SelectMany(option => option.Aliases.Prepend(option.Typed)).ToList();

        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }

    [Fact]
    public void The_help_lists_targets_by_group_then_options_and_examples()
    {
        var text = new StringWriter();

        Help.Write(text, [new Target("Deploy", "Deploys.", TargetGroup.Release), new Target("Status", "Shows.", TargetGroup.Look), new Target("Hidden", "", null)]);

        Snapshots.Match(text.ToString());
    }

    [Fact]
    public void The_build_is_made_of_nothing_that_the_build_script_does_not_watch() => Assert.DoesNotContain(
        "../src", File.ReadAllText(Path.Combine(Repository.Root, "build", "VectorDb.Build.csproj")), StringComparison.Ordinal);
}
