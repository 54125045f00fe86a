using VectorDb.Core.Configuration;

namespace VectorDb.Worker;

/// <summary>The worker's own options, by the names that operators know from its predecessor, as settings.</summary>
internal static class WorkerArguments
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["--time-limit"] = Settings.WorkerHardLimit.Name,
        ["--soft-time-limit"] = Settings.WorkerSoftLimit.Name,
        ["--concurrency"] = Settings.WorkerConcurrency.Name,
    };

    /// <returns><c>--time-limit=1800</c> and <c>--time-limit 1800</c> become the setting of that name; the rest stays.</returns>
    public static string[] ToSettings(string[] args) => Array.ConvertAll(args, static argument =>
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? argument : argument[..equals];
        return Known.TryGetValue(name, out var setting) ? $"--{setting}{argument[name.Length..]}" : argument;
    });
}
