namespace VectorDb.Build.CommandLine;

/// <summary>Every option that the build knows. A new one is a line here.</summary>
public static class Options
{
    private const string Deploy = "Deploy";

    public static readonly Option<string?> Target = Option.Text("target", "<target>", "what to do") with { Aliases = ["-t"] };
    public static readonly Option<string> Environment = Option.Choice("environment", "where", "local");
    public static readonly Option<bool> Json = Option.Flag("json", "print one JSON document and nothing else") with { Targets = ["Status", "History"] };
    public static readonly Option<string?> To = Option.Text("to", "<release>", "the release to return to; without it the last verified one") with { Targets = ["Rollback"] };
    public static readonly Option<int?> Port = Option.Number("port", 1, 65535, "the port of the local gateway") with { Targets = [Deploy] };
    public static readonly Option<Uri?> Url = Option.Address("url", "the base address to test") with { Targets = ["SmokeTest"] };
}
