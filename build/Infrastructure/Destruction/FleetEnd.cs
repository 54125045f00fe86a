using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Infrastructure.Destruction;

/// <summary>Lets every instance finish what it has in flight and go, before what it stands on is taken away.</summary>
internal sealed class FleetEnd(AwsAccount account, StepJournal journal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // A worker may finish a chunk for 1,860 s.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(40);

    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        foreach (var fleet in Fleet.Of(account))
        {
            if (await account.Services.AutoScaling.FindGroupAsync(fleet.Group, cancellation) is not null)
            {
                await account.Services.AutoScaling.ResizeAsync(fleet.Group, 0, 0, 0, cancellation);
            }
        }

        var start = time.GetTimestamp();
        var told = -1;
        while (await CountAsync(cancellation) is > 0 and var left)
        {
            if (time.GetElapsedTime(start) > Limit)
            {
                throw new InvalidOperationException(
                    $"{left} instance(s) are still there after {Limit.TotalMinutes:0} minutes: aws autoscaling describe-scaling-activities says why. Run the command again when they are gone.");
            }

            if (left != told)
            {
                journal.Say($"{left} instance(s) finish their work ...");
                told = left;
            }

            await Task.Delay(Pause, time, cancellation);
        }

        return told < 0 ? "none was running" : "all have finished their work and are gone";
    }

    private async Task<int> CountAsync(CancellationToken cancellation)
    {
        var count = 0;
        foreach (var fleet in Fleet.Of(account))
        {
            count += (await account.Services.AutoScaling.FindGroupAsync(fleet.Group, cancellation))?.Instances.Count ?? 0;
        }

        return count;
    }
}
