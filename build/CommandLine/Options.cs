using System.Reflection;

namespace VectorDb.Build.CommandLine;

/// <summary>Every option that the build knows. A new one is a line here; the help and the validation follow.</summary>
public static class Options
{
    public static readonly Option<string?> Target = Option.Text("target", "<target>", "what to do") with { Aliases = ["-t"], IsCakes = true };
    public static readonly Option<string> Environment = Option.Choice("environment", "where", "local");
    public static readonly Option<bool> Json = Option.Flag("json", "print one JSON document and nothing else") with { Targets = ["Status", "History"] };
    public static readonly Option<string?> To = Option.Text("to", "<release>", "which release; without it the last verified one before") with { Targets = ["Rollback"] };
    public static readonly Option<int?> Port = Option.Number("port", 1, 65535, "the port of the local gateway") with { Targets = ["Deploy"] };
    public static readonly Option<Uri?> Url = Option.Address("url", "what to test; without it the deployed release") with { Targets = ["SmokeTest"] };

    public static readonly Option<bool> Help = Option.Flag("help", "list targets and options") with { Aliases = ["-h", "-?"] };
    public static readonly Option<bool> DryRun = Option.Flag("dryrun", "list the tasks of the target, run none") with { Aliases = ["--noop", "--whatif"], IsCakes = true };
    public static readonly Option<bool> Exclusive = Option.Flag("exclusive", "the target without what it depends on") with { Aliases = ["-e"], IsCakes = true };
    public static readonly Option<bool> Tree = Option.Flag("tree", "show which target depends on which") with { Aliases = ["--showtree"], IsCakes = true };
    public static readonly Option<bool> Description = Option.Flag("description", "list all tasks") with { Aliases = ["--descriptions", "--showdescription", "--showdescriptions"], IsCakes = true };
    public static readonly Option<string> Verbosity = Option.Choice("verbosity", "how much to print", "normal", "quiet", "minimal", "verbose", "diagnostic") with { Aliases = ["-v"], IsCakes = true };
    public static readonly Option<bool> NoReport = Option.Flag("no-report", "no table of durations at the end") with { IsCakes = true };
    public static readonly Option<string?> Working = Option.Text("working", "<folder>", "the working directory") with { Aliases = ["-w"], IsCakes = true };
    public static readonly Option<bool> Version = Option.Flag("version", "print the version of the build") with { Aliases = ["--ver"], IsCakes = true };
    public static readonly Option<bool> Info = Option.Flag("info", "print the version of Cake") with { IsCakes = true };

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } =
        [.. typeof(Options).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (Option)field.GetValue(null)!)];
}
