using YamlDotNet.RepresentationModel;

namespace VectorDb.Build.Tests.Pipeline;

/// <summary>A file below <c>.github</c>: a workflow, or an action that workflows share.</summary>
/// <param name="Name">Its path below the repository.</param>
/// <param name="Text">As it is.</param>
/// <param name="Root">As YAML.</param>
internal sealed record Workflow(string Name, string Text, YamlMappingNode Root)
{
    private static readonly string Folder = Path.Combine(Repository.Root, ".github");

    public static IReadOnlyList<Workflow> All { get; } = [.. Files("workflows")];

    public static IReadOnlyList<Workflow> Actions { get; } = [.. Files("actions")];

    public IEnumerable<Job> Jobs => ((YamlMappingNode)Root["jobs"]).Children
        .Select(job => new Job($"{Name}: {job.Key}", (YamlMappingNode)job.Value));

    /// <summary>All steps, those of an action too.</summary>
    public IEnumerable<YamlMappingNode> Steps => Root.Children.ContainsKey("runs")
        ? ((YamlSequenceNode)Root["runs"]["steps"]).Cast<YamlMappingNode>()
        : Jobs.SelectMany(job => job.Steps);

    private static IEnumerable<Workflow> Files(string folder) => Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.yml", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file =>
        {
            var text = File.ReadAllText(file);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return new Workflow(Path.GetRelativePath(Repository.Root, file), text, (YamlMappingNode)stream.Documents[0].RootNode);
        });
}

/// <param name="Name">Of the workflow and the job.</param>
internal sealed record Job(string Name, YamlMappingNode Node)
{
    public IEnumerable<YamlMappingNode> Steps => ((YamlSequenceNode)Node["steps"]).Cast<YamlMappingNode>();

    public IReadOnlyDictionary<string, string> Permissions => Node.Text("permissions") is null
        ? ((YamlMappingNode)Node["permissions"]).Children.ToDictionary(entry => $"{entry.Key}", entry => $"{entry.Value}")
        : throw new InvalidOperationException($"{Name} has permissions in one word.");

    public bool Uses(string action) => Steps.Any(step => step.Text("uses")?.StartsWith($"{action}@", StringComparison.Ordinal) == true);
}

internal static class YamlReading
{
    /// <summary>The value of a key, or null when it is not there or no text.</summary>
    public static string? Text(this YamlNode node, params string[] path)
    {
        foreach (var key in path)
        {
            if (node is not YamlMappingNode mapping || !mapping.Children.TryGetValue(key, out var next))
            {
                return null;
            }

            node = next;
        }

        return (node as YamlScalarNode)?.Value;
    }
}
