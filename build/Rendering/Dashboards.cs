using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VectorDb.Build.Rendering;

/// <summary>CloudWatch dashboards from one description, <c>monitoring/dashboards.json</c>: rows of widgets that share a row's width.</summary>
internal static partial class Dashboards
{
    private const int Columns = 24;
    private const int ChartHeight = 6;
    private const int AlarmHeight = 3;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <returns>One file a dashboard, <c>dashboards/{name}.json</c>.</returns>
    /// <exception cref="RenderingException">The description names something that is not known, or a widget shows nothing.</exception>
    public static IReadOnlyList<RenderedFile> Render(string description, DashboardModel model) =>
    [
        .. JsonNode.Parse(Resolve(description, model))!.AsObject().Select(dashboard =>
            RenderedFile.Of($"dashboards/{dashboard.Key}.json", Body(dashboard.Value!.AsArray(), model).ToJsonString(Indented) + "\n")),
    ];

    private static JsonObject Body(JsonArray rows, DashboardModel model)
    {
        var widgets = new JsonArray();
        var top = 0;
        foreach (var row in rows.Select(row => row!.AsArray()))
        {
            var width = Columns / row.Count;
            var height = row.Any(widget => widget!["alarms"] is null) ? ChartHeight : AlarmHeight;
            foreach (var (index, widget) in row.Index())
            {
                var (type, properties) = Content(widget!.AsObject(), model);
                properties["title"] = widget["title"]!.GetValue<string>();
                widgets.Add(new JsonObject { ["type"] = type, ["x"] = index * width, ["y"] = top, ["width"] = width, ["height"] = height, ["properties"] = properties });
            }

            top += height;
        }

        return new JsonObject { ["periodOverride"] = "inherit", ["widgets"] = widgets };
    }

    private static (string Type, JsonObject Properties) Content(JsonObject widget, DashboardModel model) => widget switch
    {
        _ when widget["alarms"] is JsonArray alarms => ("alarm", new JsonObject
        {
            ["alarms"] = new JsonArray([.. alarms.Select(alarm => (JsonNode)$"arn:aws:cloudwatch:{model.Region}:{model.Account}:alarm:{model.Name}-{alarm}")]),
        }),
        _ when widget["log"] is { } log => ("log", new JsonObject
        {
            ["region"] = model.Region,
            ["view"] = "table",
            ["query"] = $"SOURCE '{log}' | {widget["query"]}",
        }),
        _ when widget["metrics"] is { } metrics => ("metric", new JsonObject
        {
            ["region"] = model.Region,
            ["view"] = "timeSeries",
            ["stat"] = widget["statistic"]!.GetValue<string>(),
            ["period"] = 60,
            ["metrics"] = metrics.DeepClone(),
        }),
        _ => throw new RenderingException($"The widget {widget["title"]} of monitoring/dashboards.json shows neither metrics nor alarms nor a log."),
    };

    private static string Resolve(string text, DashboardModel model) => Marker().Replace(text, match => match.Value switch
    {
        "<name>" => model.Name,
        "<environment>" => model.Environment,
        // Terraform makes these, and its module puts them in.
        "${load_balancer}" or "${target_group}" or "${cache_node}" or "${cache_node_number}" => match.Value,
        _ => throw new RenderingException(
            $"monitoring/dashboards.json names {match.Value}; known are <name>, <environment>, ${{load_balancer}}, ${{target_group}}, ${{cache_node}} and ${{cache_node_number}}."),
    });

    [GeneratedRegex("(?<!\\?)(<|\\$\\{)[a-z_]+[>}]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marker();
}

/// <param name="Account">Of the alarms.</param>
internal sealed record DashboardModel(string Environment, string Region, string Account)
{
    public string Name => $"vectordb-{Environment}";
}
