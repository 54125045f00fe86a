using System.Globalization;
using System.Text.RegularExpressions;

namespace VectorDb.Build.Infrastructure;

/// <summary>The lock of a state that somebody holds, as Terraform tells of it.</summary>
/// <param name="Operation">For example <c>OperationTypeApply</c>.</param>
/// <param name="Who">User and machine.</param>
internal sealed partial record StateLock(string Id, string Operation, string Who, DateTimeOffset Created)
{
    /// <returns>Null where a command failed of something else, or did not fail.</returns>
    public static StateLock? In(string printed) =>
        Lines().Match(printed) is { Success: true } found
        && DateTimeOffset.TryParse(found.Groups["created"].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)
            ? new StateLock(found.Groups["id"].Value, found.Groups["operation"].Value, found.Groups["who"].Value, created)
            : null;

    // The fraction of the second has more digits than .NET reads.
    [GeneratedRegex(
        @"Error acquiring the state lock.*?\bID:\s+(?<id>\S+).*?\bOperation:\s+(?<operation>\S+).*?\bWho:\s+(?<who>\S+).*?\bCreated:\s+(?<created>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Lines();
}

/// <summary>Another run works on the state, or one that was killed has left its lock.</summary>
internal sealed class StateLockedException(StateLock held, TerraformRoot root) : Exception(
    $"The state {root.Backend["key"]} is locked by {held.Who} since {held.Created:yyyy-MM-dd HH:mm:ss} UTC ({held.Operation}). Wait until that run has ended and run the command again; "
    + $"if it is dead: aws s3 rm s3://{root.Backend["bucket"]}/{root.Backend["key"]}.tflock");
