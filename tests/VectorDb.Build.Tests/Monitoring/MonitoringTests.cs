using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VectorDb.Build.Rendering;
using VectorDb.Build.Tests.Rendering;
using VectorDb.Core.Monitoring;

namespace VectorDb.Build.Tests.Monitoring;

/// <summary>Names that different files must agree on: code, agent, dashboards, alarms, runbook.</summary>
public sealed class MonitoringTests
{
    private static readonly IReadOnlyList<RenderedFile> Files = SampleRelease.Templates.Render(SampleRelease.For("production"));

    [Fact]
    public void Every_alarm_has_its_section_in_the_runbook()
    {
        var runbook = Source("docs/runbook.md");
        Assert.All(Alarms(), alarm => Assert.Contains($"<a id=\"{alarm}\"></a>", runbook));
        // The description of an alarm links without the number of its node.
        Assert.All(Alarms(), alarm => Assert.Contains($"<a id=\"{Regex.Replace(alarm, "-[0-9]$", "")}\"></a>", runbook));
    }

    [Fact]
    public void The_runbook_has_no_section_of_an_alarm_that_does_not_exist()
    {
        var sections = Regex.Matches(Source("docs/runbook.md"), "<a id=\"([a-z-]+)(-[0-9])?\">").Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(sections);
        Assert.Empty(sections.Except(Alarms().Select(alarm => Regex.Replace(alarm, "-[0-9]$", ""))));
    }

    [Fact]
    public void Every_alarm_on_a_dashboard_exists_and_every_alarm_is_on_one()
    {
        var shown = Widgets("alarm").SelectMany(widget => widget["alarms"]!.AsArray()).Select(arn => arn!.GetValue<string>().Split("vectordb-production-")[1])
            .SelectMany(name => EachNode(name, "${cache_node_number}")).ToList();
        Assert.NotEmpty(shown);
        Assert.Equal(Alarms().Order(), shown.Distinct().Order());
    }

    [Fact]
    public void A_widget_names_its_metrics_one_by_one_with_whole_values()
    {
        var shown = Widgets("metric").SelectMany(widget => widget["metrics"]!.AsArray()).ToList();
        Assert.NotEmpty(shown);
        // A namespace, a name, and pairs; no expression, of which nobody would see that it finds nothing.
        Assert.All(shown, metric => Assert.All(metric!.AsArray(), part => Assert.Equal(JsonValueKind.String, part!.GetValueKind())));
        Assert.All(shown, metric => Assert.True(metric!.AsArray().Count is >= 4 and var count && count % 2 == 0, metric!.ToJsonString()));
    }

    [Fact]
    public void Metrics_of_our_namespace_are_ones_that_the_worker_writes()
    {
        var onDashboards = Widgets("metric").SelectMany(widget => widget["metrics"]!.AsArray())
            .Select(metric => metric!.AsArray()).Where(metric => metric[0] is JsonValue name && name.GetValue<string>() == WorkerMetrics.Namespace).ToList();
        var inTerraform = Regex.Matches(
            Source("terraform/modules/alarms/definitions.tf") + Source("terraform/modules/compute/scaling.tf"),
            "namespace\\s*=\\s*\"VectorDb\"[,\\s]+metric(?:_name)?\\s*=\\s*\"(\\w+)\"").Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(onDashboards);
        Assert.NotEmpty(inTerraform);
        Assert.Empty(onDashboards.Select(metric => metric[1]!.GetValue<string>()).Concat(inTerraform).Except(WorkerMetrics.Names));
        Assert.All(onDashboards, metric => Assert.Equal(WorkerMetrics.Dimension, metric[2]!.GetValue<string>()));
    }

    [Fact]
    public void Host_metrics_on_dashboards_and_alarms_are_ones_that_the_agent_measures_by_group()
    {
        var agent = JsonNode.Parse(Files.Text("bundle/cloudwatch-agent-web.json"))!["metrics"]!;
        string[] measured =
        [
            .. agent["metrics_collected"]!.AsObject().SelectMany(plugin => plugin.Value!["measurement"]!.AsArray()
                .Select(measurement => measurement!.GetValue<string>())
                .Select(measurement => measurement.StartsWith(plugin.Key) ? measurement : $"{plugin.Key}_{measurement}")),
        ];
        var shown = Widgets("metric").SelectMany(widget => widget["metrics"]!.AsArray()).Select(metric => metric!.AsArray())
            .Where(metric => metric[0] is JsonValue name && name.GetValue<string>() == "CWAgent").Select(metric => metric[1]!.GetValue<string>()).ToList();
        var alarmed = Regex.Matches(Source("terraform/modules/alarms/definitions.tf"), "\"CWAgent\", metric = \"(\\w+)\"").Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(shown);
        Assert.NotEmpty(alarmed);
        Assert.Empty(shown.Concat(alarmed).Except(measured));
        Assert.Equal("""[["AutoScalingGroupName"]]""", agent["aggregation_dimensions"]!.ToJsonString());
    }

    [Theory]
    [InlineData("web")]
    [InlineData("worker")]
    public void The_agent_writes_to_log_groups_that_Terraform_makes(string profile)
    {
        var made = Regex.Match(Source("terraform/main.tf"), $"{profile}\\s+= \\{{.*logs = \\[([^\\]]+)\\]").Groups[1].Value;
        var groups = JsonNode.Parse(Files.Text($"bundle/cloudwatch-agent-{profile}.json"))!["logs"]!["logs_collected"]!["files"]!["collect_list"]!.AsArray()
            .Select(file => file!["log_group_name"]!.GetValue<string>())
            .Append(Regex.Match(Files.Text($"user-data-{profile}.sh"), "BOOTSTRAP_LOGS=(\\S+)").Groups[1].Value);
        Assert.All(groups, group => Assert.Contains($"\"{group.Replace("/vectordb/production/", "")}\"", made));
    }

    [Fact]
    public void Widgets_of_a_row_share_its_width_and_none_lies_on_another()
    {
        var dashboards = Files.Where(file => file.Path.StartsWith("dashboards/")).ToList();
        Assert.NotEmpty(dashboards);
        foreach (var file in dashboards)
        {
            var taken = new HashSet<(int, int)>();
            foreach (var widget in JsonNode.Parse(Files.Text(file.Path))!["widgets"]!.AsArray())
            {
                int Number(string name) => widget![name]!.GetValue<int>();
                Assert.InRange(Number("x") + Number("width"), 1, 24);
                Assert.All(
                    from x in Enumerable.Range(Number("x"), Number("width")) from y in Enumerable.Range(Number("y"), Number("height")) select (x, y),
                    cell => Assert.True(taken.Add(cell), $"{file.Path}: {cell}"));
            }
        }
    }

    [Theory]
    [InlineData("<clustre>")]
    [InlineData("${cache_nodes}")]
    public void An_unknown_name_in_the_description_is_an_error(string name) =>
        Assert.Contains(name, Assert.Throws<RenderingException>(() =>
            Dashboards.Render($$"""{"a":[[{"title":"{{name}}","alarms":[]}]]}""", new DashboardModel("x", "y", "z"))).Message);

    private static string Source(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    private static IEnumerable<JsonNode> Widgets(string type) => Files.Where(file => file.Path.StartsWith("dashboards/"))
        .SelectMany(file => JsonNode.Parse(Files.Text(file.Path))!["widgets"]!.AsArray())
        .Where(widget => widget!["type"]!.GetValue<string>() == type).Select(widget => widget!["properties"]!);

    /// <summary>Names of all alarms, without the environment's prefix, with two cache nodes.</summary>
    private static List<string> Alarms()
    {
        var definitions = Source("terraform/modules/alarms/definitions.tf");
        var names = Regex.Matches(definitions, "^\\s+\"?([$a-z{}.\" +1index-]+?)\"?\\s*= \\{ what", RegexOptions.Multiline).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(names);
        Assert.Equal(Regex.Count(definitions, @"\bmetric\s*="), names.Count);
        return
        [
            .. names
                .SelectMany(name => name.StartsWith("${profile}") ? ["web", "worker"] : new[] { "" }, (name, profile) => name.Replace("${profile}", profile))
                .SelectMany(name => EachNode(name, "${index + 1}")),
        ];
    }

    private static IEnumerable<string> EachNode(string name, string number) => name.Contains(number) ? [name.Replace(number, "1"), name.Replace(number, "2")] : [name];
}
