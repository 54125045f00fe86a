using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tests.CommandLine;

public sealed class ArgumentParserTests
{
    private static readonly Target[] Targets =
    [
        new("Deploy", "Deploys.", TargetGroup.Release),
        new("Rollback", "Rolls back.", TargetGroup.Release),
        new("Status", "Shows.", TargetGroup.Look),
        new("Clean", "Removes.", TargetGroup.BuildAndTest) { IsOfThisMachine = true },
        new("Bootstrap", "Makes.", TargetGroup.Infrastructure) { IsOfAws = true },
        new("Backup", "Copies.", TargetGroup.Data),
        new("Restore", "Puts back.", TargetGroup.Data),
        new("CreateApiKey", "Makes a key.", TargetGroup.Data),
    ];

    [Theory]
    [InlineData("--dry-run", "there is no option --dry-run; did you mean --dryrun?")]
    [InlineData("--taget=Deploy", "there is no option --taget; did you mean --target?")]
    [InlineData("--Environment=local", "there is no option --Environment; did you mean --environment?")]
    [InlineData("-T Deploy", "there is no option -T; did you mean -t?")]
    [InlineData("--frobnicate", "there is no option --frobnicate; --help lists what there is")]
    [InlineData("Deploy", "'Deploy' is not an option; did you mean --target=Deploy?")]
    [InlineData("please", "'please' is not an option; --help lists what there is")]
    [InlineData("--target=Deply", "there is no target Deply; did you mean Deploy?")]
    [InlineData("--target=Default", "there is no target Default; --help lists what there is")]
    [InlineData("--target", "--target needs a value: --target=<target>")]
    [InlineData("--target=", "--target needs a value: --target=<target>")]
    [InlineData("--target=Deploy --environment=Mars", "--environment cannot be 'Mars': --environment=<name>, 3 to 16 lower-case letters, digits and single hyphens, a letter first")]
    [InlineData("--target=Deploy --environment=a--b", "--environment cannot be 'a--b': --environment=<name>, 3 to 16 lower-case letters, digits and single hyphens, a letter first")]
    [InlineData("--target=Deploy --environment=mars", "there is no environment mars: copy .env.production.template to .env.mars and fill it in")]
    [InlineData("--target=Deploy --environment=prodution", "there is no environment prodution; did you mean --environment=production?")]
    [InlineData("--target=Clean --environment=production", "--target=Clean is for this machine alone; leave --environment out")]
    [InlineData("--target=Deploy --port=http", "--port cannot be 'http': --port=<1-65535>")]
    [InlineData("--target=Deploy --port=65536", "--port cannot be '65536': --port=<1-65535>")]
    [InlineData("--target=Deploy --dryrun=yes", "--dryrun takes no value")]
    [InlineData("--target=Deploy --target=Status", "--target is given twice")]
    [InlineData("--target=Bootstrap", "--target=Bootstrap is for an environment in AWS: add --environment=<name>")]
    [InlineData("--target=Deploy --to=abc", "--to is for --target=Rollback and --target=Backup")]
    [InlineData("--target=Status --from=abc", "--from is for --target=Promote and --target=PlanPromotion and --target=Restore")]
    [InlineData("--target=Backup", "--target=Backup needs --to=<release>|<place>")]
    [InlineData("--target=Restore", "--target=Restore needs --from=<environment>|<place>")]
    [InlineData("--target=CreateApiKey --name=ada", "--target=CreateApiKey needs --scope=read|write|admin")]
    [InlineData("--target=CreateApiKey --name=ada --scope=root", "--scope cannot be 'root': --scope=read|write|admin")]
    [InlineData("--json", "--json is for --target=Status and --target=History")]
    public void A_wrong_argument_is_a_problem_that_names_the_nearest_valid_one(string line, string problem)
    {
        var (invocation, problems) = ArgumentParser.Parse(line.Split(' '), Targets, ["local", "rehearsal", "production"]);

        Assert.Null(invocation);
        Assert.Equal([problem], problems);
    }

    [Theory]
    [InlineData("--target=Deploy")]
    [InlineData("--target=Rollback")]
    [InlineData("--target=Restore", "--from=backups")]
    public void Whatever_may_start_the_local_host_takes_its_port(params string[] args) =>
        Assert.Equal(9999, Parse([.. args, "--port=9999"]).Value(Options.Port));

    [Fact]
    public void All_problems_are_told_at_once() =>
        Assert.Equal(3, ArgumentParser.Parse(["--dry-run", "--target=Deply", "--port=x"], Targets).Problems.Count);

    [Fact]
    public void A_name_may_have_spaces_but_is_one_line()
    {
        Assert.Equal("Ada's laptop", Parse("--target=CreateApiKey", "--name=Ada's laptop", "--scope=Read").Value(Options.Name));
        Assert.NotEmpty(ArgumentParser.Parse(["--target=CreateApiKey", "--name=a\nb", "--scope=read"], Targets).Problems);
        Assert.NotEmpty(ArgumentParser.Parse(["--target=CreateApiKey", "--name= ", "--scope=read"], Targets).Problems);
    }

    [Fact]
    public void Values_are_typed_and_default_when_not_given()
    {
        var invocation = Parse("--target=Deploy", "--port", "8081");

        Assert.Equal("Deploy", invocation.Target);
        Assert.Equal(8081, invocation.Value(Options.Port));
        Assert.Equal("local", invocation.Value(Options.Environment));
        Assert.False(invocation.Value(Options.Json));
        Assert.Null(invocation.Value(Options.To));
    }

    [Fact]
    public void A_target_is_known_in_any_case_and_gets_its_own_spelling() =>
        Assert.Equal(["--target=Rollback"], Parse("-t", "rollback").CakeArguments());

    [Fact]
    public void Cake_gets_its_own_options_under_their_long_names() => Assert.Equal(
        ["--target=Deploy", "--dryrun", "--exclusive", "--verbosity=diagnostic"],
        Parse("--whatif", "-e", "-v", "Diagnostic", "--target=Deploy", "--port=1").CakeArguments());

    [Fact]
    public void Json_silences_Cake() => Assert.Equal(
        ["--target=Status", "--verbosity=quiet", "--no-report"],
        Parse("--json", "--target=Status", "--verbosity=verbose").CakeArguments());

    [Theory]
    [InlineData(true)]
    [InlineData(true, "--help")]
    [InlineData(true, "--target=Deploy", "-h")]
    [InlineData(true, "--environment=local")]
    [InlineData(false, "--target=Deploy")]
    [InlineData(false, "--tree")]
    [InlineData(false, "--info")]
    public void Help_is_what_a_line_without_a_target_asks_for(bool expected, params string[] args) =>
        Assert.Equal(expected, Parse(args).AsksForHelp);

    private static Invocation Parse(params string[] args)
    {
        var (invocation, problems) = ArgumentParser.Parse(args, Targets);
        Assert.Empty(problems);
        return invocation!;
    }
}
