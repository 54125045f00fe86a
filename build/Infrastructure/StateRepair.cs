using System.Text.RegularExpressions;

namespace VectorDb.Build.Infrastructure;

/// <summary>
/// What a person types where the state and AWS differ, because a run was cut off between a call and its note of it
/// (https://developer.hashicorp.com/terraform/cli/commands/untaint, https://developer.hashicorp.com/terraform/cli/commands/import).
/// </summary>
internal sealed partial class StateRepair(TerraformRoot root)
{
    /// <summary>Keeps what Terraform would make anew because its making was interrupted.</summary>
    public string Keep(string address) => Line($"untaint '{address}'");

    /// <param name="printed">By an apply that failed.</param>
    /// <returns>A line for each resource that could not be made because it exists already; none after any other failure.</returns>
    public IReadOnlyList<string> TakeOver(string printed) =>
    [
        .. from error in printed.Split("Error: ").Skip(1)
           where Exists().IsMatch(error)
           select Address().Match(error).Groups["address"].Value into address
           where address.Length > 0
           select $"{address} exists, and the state does not know it: an earlier run was cut off, or somebody else made it. Delete it, or take it over "
               + $"(its id is what the provider's page of the type says under Import): {Line($"import -var-file={root.VariablesFile} '{address}' <id>")}",
    ];

    private string Line(string verb) => $"TF_DATA_DIR={root.DataDirectory} terraform -chdir={root.Directory} {verb}";

    [GeneratedRegex(@"already\s*exists|AlreadyOwned|\.Duplicate\b|\bDuplicate[A-Z]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exists();

    [GeneratedRegex(@"^\s*with (?<address>\S.*),\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
