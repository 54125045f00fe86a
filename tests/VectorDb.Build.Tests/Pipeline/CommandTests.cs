using System.Text.RegularExpressions;
using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Tests.Pipeline;

/// <summary>What workflows and scripts ask of the build, the build has.</summary>
public sealed partial class CommandTests
{
    private static readonly IReadOnlyList<Target> Targets = Target.Of(typeof(BuildContext).Assembly);

    private static readonly IReadOnlyList<string> Files =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github"), "*.yml", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "scripts"), "*.sh"),
        Path.Combine(Repository.Root, "docs", "pipeline.md"),
    ];

    [Fact]
    public void Every_target_that_is_called_exists_and_takes_the_options_that_it_is_given()
    {
        var commands = Files.SelectMany(file => Call().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), match))).ToList();

        Assert.True(commands.Count > 12, $"only {commands.Count} calls were found");
        Assert.Empty(commands.SelectMany(command => Problems(command.match.Groups["arguments"].Value).Select(problem => $"{command.File}: {problem}")));
    }

    private static IEnumerable<string> Problems(string arguments)
    {
        var target = TargetOption().Match(arguments).Groups["name"].Value;
        if (Targets.All(known => known.Name != target))
        {
            yield return $"there is no target {target}";
            yield break;
        }

        foreach (var name in AnyOption().Matches(arguments).Select(match => match.Value))
        {
            if (Options.All.FirstOrDefault(option => option.Typed == name) is not { } option)
            {
                yield return $"there is no option {name}";
            }
            else if (option.Targets.Count > 0 && !option.Targets.Contains(target, StringComparer.Ordinal))
            {
                yield return $"{name} is not for {target}";
            }
        }
    }

    // Up to the end of the line: in a list of two commands each has a line of its own.
    [GeneratedRegex(@"\./build\.sh (?<arguments>.*--target=.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Call();

    [GeneratedRegex(@"--target=(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TargetOption();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*", RegexOptions.None, 1000)]
    private static partial Regex AnyOption();
}
