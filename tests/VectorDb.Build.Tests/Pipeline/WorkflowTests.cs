using System.Globalization;
using System.Text.RegularExpressions;
using VectorDb.Build.Environments.Settings;
using YamlDotNet.RepresentationModel;

namespace VectorDb.Build.Tests.Pipeline;

/// <summary>What GitHub may do for this project, and how.</summary>
public sealed partial class WorkflowTests
{
    private const string Credentials = "aws-actions/configure-aws-credentials";

    private static IEnumerable<Workflow> Files => Workflow.All.Concat(Workflow.Actions);

    private static IEnumerable<Job> Jobs => Workflow.All.SelectMany(workflow => workflow.Jobs);

    [Fact]
    public void Every_foreign_action_is_pinned_to_one_commit_and_says_its_version()
    {
        var uses = Files.SelectMany(file => Use().Matches(file.Text).Select(match => (File: file.Name, What: match.Groups["what"].Value))).ToList();
        var foreign = uses.Where(use => !use.What.StartsWith("./", StringComparison.Ordinal)).ToList();

        Assert.Equal(Files.SelectMany(file => file.Steps).Count(step => step.Text("uses") is not null), uses.Count);
        Assert.All(foreign, use => Assert.Matches(Pin(), use.What));
        Assert.All(
            foreign.Select(use => use.What).Distinct(StringComparer.Ordinal).GroupBy(what => string.Join('/', what.Split('@')[0].Split('/').Take(2))),
            action => Assert.Single(action.Select(what => what.Split('@')[1]).Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_job_in_a_container_runs_in_one_image_and_no_tag_can_change_it()
    {
        var images = Jobs.Select(job => job.Node.Text("container", "image")).OfType<string>().ToList();

        Assert.Equal(Jobs.Count(job => job.Node.Children.ContainsKey("container")), images.Count);
        Assert.Matches("^[a-z]+:[0-9]+@sha256:[0-9a-f]{64}$", Assert.Single(images.Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_action_of_this_repository_that_is_used_exists() => Assert.All(
        Files.SelectMany(file => file.Steps).Select(step => step.Text("uses")).OfType<string>().Where(what => what.StartsWith("./", StringComparison.Ordinal)),
        what => Assert.True(File.Exists(Path.Combine(Repository.Root, what, "action.yml")), what));

    [Fact]
    public void Nothing_is_allowed_by_default_and_each_job_says_the_little_that_it_needs()
    {
        Assert.All(Workflow.All, workflow => Assert.Empty((YamlMappingNode)workflow.Root["permissions"]));
        Assert.All(Jobs, job => Assert.All(
            job.Permissions,
            permission => Assert.Contains($"{permission.Key}: {permission.Value}", new[] { "contents: read", "id-token: write", "pull-requests: write" })));
        Assert.All(Jobs, job => Assert.Equal(job.Uses(Credentials), job.Permissions.ContainsKey("id-token")));
        // What may write to a pull request runs none of its code.
        Assert.All(Jobs.Where(job => job.Permissions.ContainsKey("pull-requests")), job => Assert.False(job.Uses("actions/checkout")));
    }

    [Fact]
    public void No_workflow_is_started_by_a_stranger_with_the_rights_of_the_repository() => Assert.All(
        Workflow.All,
        workflow => Assert.Subset(
            new HashSet<string> { "pull_request", "push", "workflow_dispatch" },
            ((YamlMappingNode)workflow.Root["on"]).Children.Keys.Select(trigger => $"{trigger}").ToHashSet()));

    [Fact]
    public void No_secret_is_used_and_AWS_is_reached_by_a_short_lived_role_of_the_job_s_environment()
    {
        Assert.All(Files, file => Assert.DoesNotContain("secrets.", file.Text, StringComparison.Ordinal));
        Assert.All(Files, file => Assert.DoesNotMatch("(?i)aws.(access.key|secret|session.token)", file.Text));
        var steps = Jobs.SelectMany(job => job.Steps.Select(step => (job, step)))
            .Where(each => each.step.Text("uses")?.StartsWith(Credentials, StringComparison.Ordinal) == true)
            .ToList();

        Assert.NotEmpty(steps);
        Assert.All(steps, each => Assert.NotNull(each.job.Node.Text("environment")));
        Assert.All(steps, each => Assert.Equal($"${{{{ vars.{RoleOf(each.job.Node.Text("environment")!)} }}}}", each.step.Text("with", "role-to-assume")));

        static string RoleOf(string environment) => environment[(environment.LastIndexOf('}') + 1)..] switch
        {
            "-plan" => "AWS_PLANNER_ROLE",
            "-images" => "AWS_PUBLISHER_ROLE",
            _ => "AWS_DEPLOYER_ROLE",
        };
    }

    [Fact]
    public void What_changes_an_environment_has_credentials_for_as_long_as_its_role_allows()
    {
        var steps = Jobs.SelectMany(job => job.Steps).Where(step => step.Text("with", "role-to-assume") == "${{ vars.AWS_DEPLOYER_ROLE }}").ToList();

        Assert.NotEmpty(steps);
        Assert.All(steps, step => Assert.Equal("7200", step.Text("with", "role-duration-seconds")));
    }

    [Fact]
    public void A_deploy_compiles_where_the_suite_did_or_the_bytes_would_not_be_those_that_were_tested()
    {
        var (prove, deploy) = (Jobs.Single(job => job.Name == ".github/workflows/deploy.yml: prove"), Jobs.Single(job => job.Name == ".github/workflows/deploy.yml: deploy"));

        Assert.StartsWith("debian:12@", deploy.Node.Text("container", "image"));
        Assert.Equal(deploy.Node.Text("container", "image"), prove.Node.Text("container", "image"));
        Assert.Equal("true", deploy.Steps.Single(step => step.Text("uses")?.StartsWith("actions/cache/restore@", StringComparison.Ordinal) == true).Text("with", "fail-on-cache-miss"));
    }

    [Fact]
    public void Only_main_pushes_images()
    {
        var jobs = Jobs.Where(job => job.Steps.Any(step => step.Text("run")?.Contains("EcrPush", StringComparison.Ordinal) == true)).ToList();

        Assert.Equal([".github/workflows/deploy.yml: images"], jobs.Select(job => job.Name));
        Assert.Equal("prove", jobs[0].Node.Text("needs"));
        Assert.Contains("github.ref == 'refs/heads/main'", Jobs.Single(job => job.Name == ".github/workflows/deploy.yml: prove").Node.Text("if"), StringComparison.Ordinal);
        Assert.All(
            Jobs.SelectMany(job => job.Steps.Select(step => (job, Run: step.Text("run") ?? ""))).Where(each => each.Run.Contains("TerraformPlan", StringComparison.Ordinal)),
            each => Assert.Equal(each.job.Name.Contains("ci.yml", StringComparison.Ordinal), each.Run.Contains("--unpushed", StringComparison.Ordinal)));
    }

    [Fact]
    public void Deploys_and_rollbacks_of_an_environment_wait_for_each_other_and_none_is_ended_or_dropped()
    {
        var jobs = Jobs.Where(job => job.Steps.Any(step => Changes().IsMatch(step.Text("run") ?? ""))).ToList();

        Assert.Equal([".github/workflows/deploy.yml: deploy", ".github/workflows/rollback.yml: rollback"], jobs.Select(job => job.Name));
        Assert.All(jobs, job => Assert.Equal("false", job.Node.Text("concurrency", "cancel-in-progress")));
        Assert.All(jobs, job => Assert.Equal("max", job.Node.Text("concurrency", "queue")));
        Assert.All(jobs, job => Assert.EndsWith("-${{ inputs.environment }}", job.Node.Text("concurrency", "group"), StringComparison.Ordinal));
        Assert.All(jobs, job => Assert.Equal("${{ inputs.environment }}", job.Node.Text("environment")));
        Assert.All(Workflow.All.Where(workflow => workflow.Jobs.Any(jobs.Contains)), workflow => Assert.Null(workflow.Root.Text("concurrency", "group")));
    }

    [Fact]
    public void A_deploy_applies_the_plan_that_was_approved()
    {
        var deploy = Jobs.Single(job => job.Name == ".github/workflows/deploy.yml: deploy");

        Assert.Contains("plan", ((YamlSequenceNode)deploy.Node["needs"]).Select(need => $"{need}"));
        Assert.Equal("${{ needs.plan.outputs.hash }}", deploy.Node.Text("env", "PLAN_HASH"));
        Assert.All(
            deploy.Steps.Select(step => step.Text("run")).OfType<string>().Where(static run => run.Contains("build.sh", StringComparison.Ordinal)),
            run => Assert.EndsWith("--approve=\"$PLAN_HASH\"", run, StringComparison.Ordinal));
    }

    [Fact]
    public void Git_looks_at_the_checkout_of_every_job_that_runs_the_build()
    {
        Assert.All(
            Jobs.Where(static job => job.Steps.Any(static step => step.Text("run")?.Contains("./build.sh", StringComparison.Ordinal) == true)),
            static job => Assert.Contains(job.Steps, static step => step.Text("uses") == "./.github/actions/prepare"));
        Assert.Contains("git config --global --add safe.directory \"$GITHUB_WORKSPACE\"", File.ReadAllText(Path.Combine(Repository.Root, ".github", "actions", "prepare", "action.yml")), StringComparison.Ordinal);
    }

    [Fact]
    public void No_script_is_put_together_from_what_somebody_typed()
    {
        var scripts = Files.SelectMany(file => file.Steps).Select(step => step.Text("run") ?? step.Text("with", "script")).OfType<string>().ToList();

        Assert.True(scripts.Count > 15);
        Assert.All(scripts, script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));
    }

    [Fact]
    public void Workflows_call_the_build_and_otherwise_only_prepare_the_machine_or_hand_a_plans_hash_on() => Assert.All(
        Jobs.SelectMany(job => job.Steps).Select(step => step.Text("run")).OfType<string>(),
        run => Assert.Matches(@"\A(\./build\.sh --target=|apt-get update -qq && apt-get install |dotnet build build/VectorDb\.Build\.csproj |echo ""hash=\$\(jq )", run));

    [Fact]
    public void Every_job_ends_by_itself_and_keeps_no_token_on_disk()
    {
        Assert.All(Jobs, job => Assert.InRange(int.Parse(job.Node.Text("timeout-minutes") ?? "0", CultureInfo.InvariantCulture), 1, 150));
        Assert.All(
            Jobs.SelectMany(job => job.Steps).Where(step => step.Text("uses")?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true),
            checkout => Assert.Equal("false", checkout.Text("with", "persist-credentials")));
    }

    [Fact]
    public void The_genuine_Frosting_package_has_a_job_and_the_property_that_chooses_it_exists()
    {
        var job = Jobs.Single(job => job.Name == ".github/workflows/ci.yml: frosting-package");

        Assert.Contains(job.Steps, step => step.Text("run")?.EndsWith(" -p:UseCakeFrostingPackage=true", StringComparison.Ordinal) == true);
        Assert.Equal("true", job.Node.Text("env", "UseCakeFrostingPackage"));
        Assert.Contains("$(UseCakeFrostingPackage)", File.ReadAllText(Path.Combine(Repository.Root, "build", "Cake.Frosting", "Cake.Frosting.props")), StringComparison.Ordinal);
        Assert.Contains("<PackageVersion Include=\"Cake.Frosting\"", File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_variable_that_GitHub_has_to_be_given_is_a_setting_or_explained()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "pipeline.md"));
        var variables = Files.SelectMany(file => Variable().Matches(file.Text)).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToList();

        Assert.NotEmpty(variables);
        Assert.All(variables, name => Assert.True(SettingsCatalogue.All.Any(setting => setting.Name == name) || guide.Contains($"`{name}`", StringComparison.Ordinal), name));
    }

    [GeneratedRegex(@"^\s*(-\s+)?uses:\s*(?<what>\S.*?)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Use();

    [GeneratedRegex(@"^[\w-]+/[\w-]+(/[\w-]+)*@[0-9a-f]{40} # v\d+\.\d+\.\d+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pin();

    [GeneratedRegex("--target=(Deploy|Promote|Rollback|Destroy|TerraformApply|Bootstrap)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Changes();

    [GeneratedRegex(@"vars\.(?<name>[A-Z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
