using System.Reflection;

namespace VectorDb.Build.CommandLine;

/// <summary>Every option that the build knows. A new one is a line here; the help and the validation follow.</summary>
public static class Options
{
    public static readonly Option<string?> Target = Option.Text("target", "<target>", "what to do").OfCake("-t");
    public static readonly Option<string> Environment = Option.Choice("environment", "where", "local", "rehearsal");
    public static readonly Option<bool> Json = Option.Flag("json", "print one JSON document and nothing else").For("Status", "History");
    public static readonly Option<string?> To = Option
        .Text("to", "<release>|<place>", "Rollback: which release, without it the last verified one before; Backup: a folder or s3://<bucket>/<prefix>")
        .For("Rollback").Needed("Backup");
    public static readonly Option<string?> From = Option
        .Text("from", "<place>", "a backup, or the folder or s3://<bucket>/<prefix> of several, of which the newest is taken").Needed("Restore");
    public static readonly Option<int?> Port = Option.Number("port", 1, 65535, "the port of the local gateway").For("Deploy");
    public static readonly Option<Uri?> Url = Option.Address("url", "what to test; without it the deployed release").For("SmokeTest");
    public static readonly Option<string?> Name = Option.Line("name", "<text>", "whose key it is").Needed("CreateApiKey");
    public static readonly Option<string?> Scope = Option.Word("scope", "what the key may do", "read", "write", "admin").Needed("CreateApiKey");
    public static readonly Option<string> Workload =
        Option.Choice("workload", "what to measure", "all", "search", "filters", "upsert", "growth", "http", "ingest").For("Bench");

    public static readonly Option<bool> Help = Option.Flag("help", "list targets and options").Or("-h", "-?");
    public static readonly Option<bool> DryRun =
        Option.Flag("dryrun", "list the tasks of the target, run none").OfCake("--noop", "--whatif");
    public static readonly Option<bool> Exclusive = Option.Flag("exclusive", "the target without what it depends on").OfCake("-e");
    public static readonly Option<bool> Tree = Option.Flag("tree", "show which target depends on which").OfCake("--showtree");
    public static readonly Option<bool> Description =
        Option.Flag("description", "list all tasks").OfCake("--descriptions", "--showdescription", "--showdescriptions");
    public static readonly Option<string> Verbosity =
        Option.Choice("verbosity", "how much to print", "normal", "quiet", "minimal", "verbose", "diagnostic").OfCake("-v");
    public static readonly Option<bool> NoReport = Option.Flag("no-report", "no table of durations at the end").OfCake();
    public static readonly Option<string?> Working = Option.Text("working", "<folder>", "the working directory").OfCake("-w");
    public static readonly Option<bool> Version = Option.Flag("version", "print the version of the build").OfCake("--ver");
    public static readonly Option<bool> Info = Option.Flag("info", "print the version of Cake").OfCake();

    /// <summary>The targets that know an environment other than this machine.</summary>
    internal static IReadOnlyList<string> OfInfrastructure { get; } = ["TerraformPlan", "TerraformApply"];

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } =
        [.. typeof(Options).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (Option)field.GetValue(null)!)];
}
