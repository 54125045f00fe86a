using Cake.Core;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Infrastructure.Plans;
using VectorDb.Build.Infrastructure.Policy;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tests.Infrastructure;

public sealed class ApprovalTests
{
    private const string Alarm = """{"address":"aws_cloudwatch_metric_alarm.latency","mode":"managed","type":"aws_cloudwatch_metric_alarm","change":{"actions":["update"],"before":{"threshold":1},"after":{"threshold":2}}}""";
    private const string Table = """{"address":"aws_dynamodb_table.tasks","mode":"managed","type":"aws_dynamodb_table","change":{"actions":["delete"],"before":{"name":"a"},"after":null}}""";

    private readonly StringWriter _output = new();

    [Theory]
    [InlineData("sha256:")]
    [InlineData("")]
    public async Task The_hash_of_the_plan_approves_it_on_any_machine(string prefix)
    {
        var change = Planned(Table);

        await EnsureAsync(change, prefix + change.Hash.Hex, ApprovalRequest.Required);
    }

    [Fact]
    public async Task The_hash_of_another_plan_approves_nothing_and_the_right_one_is_given()
    {
        var change = Planned(Alarm);

        var refused = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(change, Planned(Table).Hash.ToString(), ApprovalRequest.None));

        Assert.Contains("the plan has changed since", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($"--target=Bootstrap --environment=staging --approve={change.Hash}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_and_without_a_hash_nothing_is_applied()
    {
        var refused = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(Planned(Alarm), null, ApprovalRequest.Required));

        Assert.Contains("Nobody is at a terminal to ask", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_setting_approves_what_loses_no_data_and_nothing_else()
    {
        await EnsureAsync(Planned(Alarm), null, ApprovalRequest.None);

        var refused = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(Planned(Alarm, Table), null, ApprovalRequest.None));
        Assert.Contains("destroys what holds data", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aws_subnet", "\"delete\"", false)]
    [InlineData("aws_subnet", "\"delete\",\"create\"", false)]
    [InlineData("aws_nat_gateway", "\"create\",\"delete\"", false)]
    [InlineData("aws_eip", "\"delete\"", false)]
    [InlineData("aws_subnet", "\"create\"", true)]
    [InlineData("aws_nat_gateway", "\"update\"", true)]
    public async Task The_setting_approves_no_plan_that_takes_the_network_from_under_the_instances(string type, string actions, bool approved)
    {
        var change = Planned(Alarm, $$$"""{"address":"module.network.{{{type}}}.this[\"a\"]","mode":"managed","type":"{{{type}}}","change":{"actions":[{{{actions}}}],"before":{},"after":null}}""");
        var ensured = EnsureAsync(change, null, ApprovalRequest.None);

        if (approved)
        {
            await ensured;
            return;
        }

        var refused = await Assert.ThrowsAsync<CakeException>(() => ensured);
        Assert.Contains($"""destroys what carries traffic (module.network.{type}.this["a"])""", refused.Message, StringComparison.Ordinal);
        await EnsureAsync(change, change.Hash.ToString(), ApprovalRequest.None);
    }

    [Theory]
    [InlineData("yes\n", true)]
    [InlineData("y\n", false)]
    [InlineData("", false)]
    public async Task At_a_terminal_only_a_yes_is_a_yes(string answer, bool approved)
    {
        var ensured = EnsureAsync(Planned(Alarm), null, ApprovalRequest.Required, answer);

        if (approved)
        {
            await ensured;
        }
        else
        {
            await Assert.ThrowsAsync<CakeException>(() => ensured);
        }

        Assert.Contains("Apply this plan to staging?", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_without_changes_asks_nobody() =>
        await EnsureAsync(Planned() with { Saved = new SavedPlan("none", HasChanges: false, default) }, null, ApprovalRequest.Required);

    [Fact]
    public async Task A_plan_that_breaks_a_rule_cannot_be_approved()
    {
        var change = Planned(Alarm);

        await Assert.ThrowsAsync<PolicyException>(() => EnsureAsync(
            change with { Findings = [new PolicyFinding("open-port", "why", "aws_security_group.a", "22")] }, change.Hash.ToString(), ApprovalRequest.None));
    }

    private static PlannedChange Planned(params string[] changes)
    {
        var plan = PlanTests.Plan(changes);
        return new PlannedChange(new SavedPlan("plan", HasChanges: true, default), plan, PlanHash.Of(plan, new Dictionary<string, string>()), []);
    }

    private Task EnsureAsync(PlannedChange change, string? given, string setting, string? answer = null) =>
        new Approval(
            new Terminal(new StringReader(answer ?? ""), _output, isInteractive: answer is not null),
            new StepJournal(BuildConsole.Create(_output), TimeProvider.System))
            .EnsureAsync(change, given, new ApprovalRequest("Bootstrap", "staging", setting), TestContext.Current.CancellationToken);
}
