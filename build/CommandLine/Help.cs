namespace VectorDb.Build.CommandLine;

/// <summary>The text of <c>--help</c>, which a bare command line prints too.</summary>
internal static class Help
{
    private static readonly Dictionary<TargetGroup, string> Titles = new()
    {
        [TargetGroup.Release] = "Release",
        [TargetGroup.BuildAndTest] = "Build and test",
        [TargetGroup.Look] = "Look",
        [TargetGroup.Data] = "Data and keys",
        [TargetGroup.Infrastructure] = "Infrastructure",
    };

    public static void Write(TextWriter writer, IReadOnlyList<Target> targets)
    {
        writer.WriteLine("Usage: ./build.sh --target=<target> [options]");
        foreach (var (group, title) in Titles.OrderBy(title => title.Key).Where(title => targets.Any(target => target.Group == title.Key)))
        {
            Write(writer, title, targets.Where(target => target.Group == group).Select(target => (target.Name, target.Description)));
        }

        Write(writer, "Options", Options.All.Where(option => !option.IsCakes || option == Options.Target).Select(Line));
        Write(writer, "Options of every Cake build", Options.All.Where(option => option.IsCakes && option != Options.Target).Select(Line));
        writer.WriteLine("""

            Examples
              ./build.sh --target=Deploy
              ./build.sh --target=Status --json
              ./build.sh --target=Rollback --to=1a2b3c4d5e6f
              ./build.sh --target=Backup --to=/var/backups/vectordb
            """);
    }

    private static (string, string) Line(Option option) => (
        option.Usage, option.Targets.Count == 0 ? option.Description : $"{option.Description} ({string.Join(", ", option.Targets)})");

    private static void Write(TextWriter writer, string title, IEnumerable<(string Name, string Text)> lines)
    {
        var all = lines.ToList();
        var width = all.Max(line => line.Name.Length);
        writer.WriteLine();
        writer.WriteLine(title);
        foreach (var (name, text) in all)
        {
            writer.WriteLine($"  {name.PadRight(width)}  {text}".TrimEnd());
        }
    }
}
