using System.Text;
using System.Text.Json;
using VectorDb.Build.Tests.Emulator;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>How an instance comes up.</summary>
internal enum Boot
{
    Serves,

    /// <summary>Its user data fails, says so in its log and gives up.</summary>
    Abandons,

    /// <summary>It comes up, and its load balancer finds it unhealthy.</summary>
    IsSick,

    /// <summary>It never says anything.</summary>
    Hangs,
}

/// <summary>An instance as the emulator sees it.</summary>
internal sealed record Machine(string Id, string Profile, string State, string Version, string UserData)
{
    /// <summary>As its user data names it.</summary>
    public string Release => UserData.Split('\n').FirstOrDefault(static line => line.StartsWith("readonly RELEASE=", StringComparison.Ordinal))?.Split('=')[1] ?? "";
}

/// <summary>Does for each new instance of an environment what its user data does in the end, and counts who serves meanwhile.</summary>
internal sealed class InstanceBoots : IAsyncDisposable
{
    public const string Hook = "boot";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly CancellationTokenSource _stop = new();
    private readonly EmulatorFixture _aws;
    private readonly string _environment;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Lock _counting = new();
    private readonly Task _work;
    private int _lowest = int.MaxValue;

    public InstanceBoots(EmulatorFixture aws, string environment)
    {
        (_aws, _environment) = (aws, environment);
        _work = Task.Run(WorkAsync);
    }

    public Func<Machine, Boot> How { get; set; } = static _ => Boot.Serves;

    /// <summary>Called once for each new instance, before anything is decided.</summary>
    public Func<Machine, Task> Meets { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Fewest web instances in service at once since it was last set.</summary>
    public int Lowest
    {
        get
        {
            lock (_counting)
            {
                return _lowest;
            }
        }

        set
        {
            lock (_counting)
            {
                _lowest = value;
            }
        }
    }

    public async Task<IReadOnlyList<Machine>> AllAsync() =>
    [
        .. (await _aws.ControlAsync(HttpMethod.Get, "instances")).EnumerateArray()
            .Where(each => Text(each, "group").StartsWith($"vectordb-{_environment}-", StringComparison.Ordinal))
            .Select(static each => new Machine(
                Text(each, "instanceId"), Text(each, "group").Split('-')[^1], Text(each, "lifecycleState"), Text(each, "launchTemplateVersion"),
                Encoding.UTF8.GetString(Convert.FromBase64String(Text(each, "userData"))))),
    ];

    public async Task<IReadOnlyList<Machine>> ServingAsync(string profile) =>
        [.. (await AllAsync()).Where(machine => machine.Profile == profile && machine.State == "InService")];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // It has no other end.
        }

        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            _stop.Token.ThrowIfCancellationRequested();
            var machines = await AllAsync();
            Count(machines.Count(static machine => machine is { Profile: "web", State: "InService" }));
            foreach (var machine in machines.Where(static machine => machine.State == "Pending:Wait"))
            {
                if (_seen.Add(machine.Id))
                {
                    await Meets(machine);
                    await BootAsync(machine, How(machine));
                }
            }

            await Task.Delay(Pause, _stop.Token);
        }
    }

    private void Count(int serving)
    {
        lock (_counting)
        {
            _lowest = Math.Min(_lowest, serving);
        }
    }

    private async Task BootAsync(Machine machine, Boot how)
    {
        switch (how)
        {
            case Boot.Abandons:
                await LogAsync(machine, "packages", "bundle is not the file that the release was made with", "failed in line 97 with exit code 1");
                break;
            case Boot.IsSick:
                await _aws.ControlAsync(HttpMethod.Put, $"targets/{machine.Id}", new { state = "unhealthy", reason = "Target.ResponseCodeMismatch", description = "Health checks failed with these codes: [503]" });
                break;
        }

        if (how != Boot.Hangs)
        {
            await _aws.QueryAsync(
                "autoscaling", "CompleteLifecycleAction", ("AutoScalingGroupName", $"vectordb-{_environment}-{machine.Profile}"), ("LifecycleHookName", Hook), ("InstanceId", machine.Id),
                ("LifecycleActionResult", how == Boot.Abandons ? "ABANDON" : "CONTINUE"));
        }
    }

    private async Task LogAsync(Machine machine, params string[] lines)
    {
        var group = $"/vectordb/{_environment}/{machine.Profile}-bootstrap";
        await _aws.JsonAsync("logs", "Logs_20140328.CreateLogStream", new { logGroupName = group, logStreamName = machine.Id });
        await _aws.JsonAsync(
            "logs", "Logs_20140328.PutLogEvents",
            new { logGroupName = group, logStreamName = machine.Id, logEvents = lines.Select(static line => new { timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), message = line }) });
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
