using System.Text.RegularExpressions;

namespace VectorDb.Build.Infrastructure;

/// <summary>
/// What an operator wants to see of Terraform's own lines while a plan is applied: a database may take a quarter of an hour, and most
/// of the others a second.
/// </summary>
internal static partial class ApplyProgress
{
    private static readonly TimeSpan WorthALine = TimeSpan.FromSeconds(10);

    /// <returns>The line to show; null for nothing.</returns>
    public static string? Of(string line)
    {
        if (Completed().Match(line) is { Success: true } completed)
        {
            var took = Duration(completed);
            return took >= WorthALine ? $"{completed.Groups["address"].Value}: {completed.Groups["what"].Value.ToLowerInvariant()} took {took.TotalSeconds:0} s" : null;
        }

        return Continued().Match(line) is { Success: true } continued && Duration(continued) is { Seconds: 0 } since
            ? $"{continued.Groups["address"].Value}: still {continued.Groups["what"].Value} after {since.TotalMinutes:0} min"
            : null;
    }

    private static TimeSpan Duration(Match line)
    {
        return new TimeSpan(Part("hours"), Part("minutes"), Part("seconds"));

        int Part(string name) => line.Groups[name].Success ? int.Parse(line.Groups[name].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^(?<address>\S+): (?<what>Creation|Modifications|Destruction) complete after ((?<hours>\d+)h)?((?<minutes>\d+)m)?(?<seconds>\d+)s", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Completed();

    [GeneratedRegex(@"^(?<address>\S+): Still (?<what>\w+)\.\.\. \[(id=\S+, )?((?<hours>\d+)h)?((?<minutes>\d+)m)?(?<seconds>\d+)s elapsed\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Continued();
}
