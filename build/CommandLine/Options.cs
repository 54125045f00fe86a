using System.Reflection;

namespace VectorDb.Build.CommandLine;

/// <summary>Every option that the build knows. A new one is a line here; the help and the validation follow.</summary>
public static class Options
{
    public static readonly Option<string?> Target = Option.Text("target", "<target>", "what to do").OfCake("-t");
    public static readonly Option<string> Environment = Option.Identifier("environment", "<name>", "where: local, rehearsal, or the <name> of a file .env.<name>", "local");
    public static readonly Option<bool> Json = Option.Flag("json", "print one JSON document and nothing else").For("Status", "History");
    public static readonly Option<string?> To = Option
        .Text("to", "<release>|<place>", "Rollback: which release, without it the last verified one before; Backup: a folder or s3://<bucket>/<prefix>")
        .For("Rollback").Needed("Backup");
    public static readonly Option<string?> From = Option
        .Text("from", "<environment>|<place>", "Promote, PlanPromotion: whose verified release to take; Restore: a backup, or the folder or s3://<bucket>/<prefix> of several, of which the newest is taken")
        .Needed("Promote", "PlanPromotion", "Restore");
    public static readonly Option<int?> Port = Option.Number("port", 1, 65535, "the port of the local gateway; its last one, or 8080, when left out").For("Deploy", "Rollback", "Restore");
    public static readonly Option<Uri?> Url = Option.Address("url", "what to test, with the key in VECTORDB_API_KEY if it asks for one; without it the deployed release").For("SmokeTest", "LoadTest");
    public static readonly Option<int?> Rate = Option.Number("rate", 1, 2000, "requests a second; 50 when left out").For("LoadTest");
    public static readonly Option<int?> Seconds = Option.Number("seconds", 1, 600, "how long; 30 when left out").For("LoadTest");
    public static readonly Option<string?> Approve =
        Option.Text("approve", "<plan hash>", "the plan to apply, as TerraformPlan or PlanPromotion printed its hash").For("TerraformApply", "Deploy", "Promote", "Bootstrap");
    public static readonly Option<bool> Unpushed = Option
        .Flag("unpushed", "without pushing: an image that the registry lacks is planned by its content, and the plan cannot be applied").For("TerraformPlan");
    public static readonly Option<string?> Files =
        Option.Text("files", "<folder>", "where pinned files are taken from before they are downloaded").For("Bootstrap");
    public static readonly Option<string?> Message = Option.Text("message", "<why>", "what those read who find deploys frozen").For("Freeze");
    public static readonly Option<string?> Confirm =
        Option.Text("confirm", "<environment>", "its name again, where nobody can type it at a terminal").For("Destroy");
    public static readonly Option<bool> WithFoundation =
        Option.Flag("with-foundation", "its images, secrets, releases and ledger too").For("Destroy");
    public static readonly Option<string?> Name = Option
        .Line("name", "<text>", "CreateApiKey: whose key it is; PutSecret, RotateSecret: which secret, its value comes on the standard input")
        .Needed("CreateApiKey", "PutSecret", "RotateSecret");
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

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } =
        [.. typeof(Options).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (Option)field.GetValue(null)!)];
}
