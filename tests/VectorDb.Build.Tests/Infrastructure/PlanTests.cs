using System.Text.Json;
using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Tests.Infrastructure;

public sealed class PlanTests
{
    private const string Table = """{"address":"aws_dynamodb_table.tasks","mode":"managed","type":"aws_dynamodb_table","change":{"actions":["delete","create"],"before":{"name":"a","tags":{"x":"1","y":"2"}},"after":{"name":"b"},"replace_paths":[["name"]]}}""";
    private const string Alarm = """{"address":"aws_cloudwatch_metric_alarm.latency","mode":"managed","type":"aws_cloudwatch_metric_alarm","change":{"actions":["update"],"before":{"threshold":1},"after":{"threshold":2}}}""";
    private const string Same = """{"address":"aws_vpc.this","mode":"managed","type":"aws_vpc","change":{"actions":["no-op"],"before":{},"after":{}}}""";
    private const string Read = """{"address":"data.aws_caller_identity.current","mode":"data","type":"aws_caller_identity","change":{"actions":["read"],"before":null,"after":{}}}""";

    private static readonly Dictionary<string, string> NoInputs = [];

    [Fact]
    public void The_summary_counts_what_changes_and_names_what_holds_data()
    {
        var summary = Plan(Table, Alarm, Same, Read).Summary;

        Assert.Equal("0 to create, 1 to change, 1 to replace, 0 to destroy", summary.ToString());
        Assert.Equal(["aws_cloudwatch_metric_alarm.latency"], summary.Update);
        var stateful = Assert.Single(summary.Stateful);
        Assert.Equal("aws_dynamodb_table.tasks", stateful.Address);
        Assert.Equal(["name"], stateful.ReplacePaths);
        Assert.True(stateful.Destroys);
    }

    [Fact]
    public void A_plan_without_changes_says_so()
    {
        var summary = Plan(Same, Read).Summary;

        Assert.True(summary.IsEmpty);
        Assert.Equal("nothing to change", summary.ToString());
    }

    [Fact]
    public void The_hash_does_not_depend_on_the_order_of_resources_or_attributes()
    {
        var turned = Table.Replace("""{"x":"1","y":"2"}""", """{"y":"2","x":"1"}""", StringComparison.Ordinal);

        Assert.Equal(PlanHash.Of(Plan(Table, Alarm), NoInputs), PlanHash.Of(Plan(Alarm, turned), NoInputs));
    }

    [Fact]
    public void Another_change_another_digest_or_another_setting_has_another_hash()
    {
        var hash = PlanHash.Of(Plan(Alarm), NoInputs);

        Assert.NotEqual(hash, PlanHash.Of(Plan(Alarm.Replace("\"threshold\":2", "\"threshold\":3", StringComparison.Ordinal)), NoInputs));
        Assert.NotEqual(hash, PlanHash.Of(Plan(Alarm, Table), NoInputs));
        Assert.NotEqual(hash, PlanHash.Of(Plan(Alarm), new Dictionary<string, string> { ["app"] = "sha256:0" }));
    }

    [Fact]
    public void What_is_replaced_because_its_making_was_interrupted_is_known_as_that()
    {
        Assert.True(Assert.Single(Plan(Table.Replace("\"change\"", "\"action_reason\":\"replace_because_tainted\",\"change\"", StringComparison.Ordinal)).Changes).IsTainted);
        Assert.False(Assert.Single(Plan(Table.Replace("\"change\"", "\"action_reason\":\"replace_because_cannot_update\",\"change\"", StringComparison.Ordinal)).Changes).IsTainted);
    }

    [Fact]
    public void A_document_of_another_format_is_refused()
    {
        using var document = JsonDocument.Parse("""{"format_version":"2.0"}""");

        Assert.Throws<InvalidDataException>(() => PlanReader.Read(document.RootElement));
    }

    internal static Plan Plan(params string[] changes)
    {
        using var document = JsonDocument.Parse($$"""{"format_version":"1.2","resource_changes":[{{string.Join(',', changes)}}]}""");
        return PlanReader.Read(document.RootElement);
    }
}
