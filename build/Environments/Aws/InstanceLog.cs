using Amazon.Runtime;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Environments.Aws;

/// <summary>What an instance of a fleet said: its first start, or where that went well the service that balks.</summary>
internal sealed class InstanceLog(AwsAccount account, Fleet fleet, TimeProvider time)
{
    private const int Lines = 20;

    // The agent sends every few seconds, and the log of a failed start is worth the wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // An instance's name is never used twice, and its clock is not this machine's.
    private static readonly TimeSpan Range = TimeSpan.FromHours(2);

    private readonly HashSet<string> _booted = new(StringComparer.Ordinal);

    private string Bootstrap => AwsNames.BootLog(fleet.Profile);

    private string Service => fleet.IsBalanced ? "api" : fleet.Profile;

    /// <summary>Its first start has gone well.</summary>
    public void Booted(string instance) => _booted.Add(instance);

    /// <returns>The log's name and its last lines. That it cannot be read is no failure of its own.</returns>
    public async Task<(string Name, IReadOnlyList<string> Lines)> ReadAsync(string instance, CancellationToken cancellationToken)
    {
        string[] names = _booted.Contains(instance) ? [Service, Bootstrap] : [Bootstrap];
        var start = time.GetTimestamp();
        try
        {
            while (true)
            {
                foreach (var name in names)
                {
                    var lines = await account.Services.Logs.TailAsync(AwsNames.LogGroup(account.Environment, name), instance, time.GetUtcNow() - Range, Lines, cancellationToken);
                    if (lines.Count > 0)
                    {
                        return (name, [.. lines.Select(static line => line.Message)]);
                    }
                }

                if (time.GetElapsedTime(start) > Patience)
                {
                    return (names[0], [$"({instance} has sent no line to {AwsNames.LogGroup(account.Environment, names[0])})"]);
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
        catch (Exception unreadable) when (unreadable is AwsException or HttpRequestException or TimeoutException or AmazonClientException)
        {
            return (names[0], [$"(the log cannot be read: {unreadable.Message})"]);
        }
    }
}
