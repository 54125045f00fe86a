using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Secrets;

/// <summary>
/// The instances that read a secret. Each looks every minute, takes over what has changed, and says so by name in its boot log, which
/// the agent ships: so it is known, not guessed, when nobody uses the old value any more.
/// </summary>
internal sealed class SecretReaders(StepJournal journal, TimeProvider time)
{
    /// <summary>As the instances' settings script writes it.</summary>
    public const string Mark = "settings taken over:";

    private const int Lines = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // Clocks of instances and of this machine differ a little.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <param name="since">When the new value was put in force.</param>
    /// <returns>Instances that have not taken it over within the limit; none where all have, or none runs.</returns>
    public async Task<IReadOnlyList<string>> WaitAsync(AwsAccount account, ManagedSecret secret, DateTimeOffset since, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var told = -1;
        while (true)
        {
            List<string> waiting = [];
            foreach (var profile in secret.Setting is null ? [] : secret.Profiles)
            {
                waiting.AddRange(await BehindAsync(account, profile, secret.Setting!, since - Skew, cancellation));
            }

            if (waiting.Count == 0 || time.GetElapsedTime(start) > Limit)
            {
                return waiting;
            }

            if (waiting.Count != told)
            {
                journal.Say($"{waiting.Count} instance(s) still use the value before; each looks every minute ...");
                told = waiting.Count;
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static async Task<IReadOnlyList<string>> BehindAsync(AwsAccount account, string profile, string setting, DateTimeOffset since, CancellationToken cancellation)
    {
        var group = await account.Services.AutoScaling.FindGroupAsync(AwsNames.Group(account.Environment, profile), cancellation);
        var log = AwsNames.LogGroup(account.Environment, AwsNames.BootLog(profile));
        List<string> behind = [];
        foreach (var instance in group?.Instances.Where(static each => each.Lifecycle == "InService") ?? [])
        {
            var lines = await account.Services.Logs.TailAsync(log, instance.Id, since, Lines, cancellation);
            if (!lines.Any(line => line.Message.Contains(Mark, StringComparison.Ordinal) && line.Message.Split(' ').Contains(setting)))
            {
                behind.Add(instance.Id);
            }
        }

        return behind;
    }
}
