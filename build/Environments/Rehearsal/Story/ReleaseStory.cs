using System.Text.Json;
using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.LoadTest;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>
/// The life of a service: made, replaced, broken and mended by itself, taken back, destroyed; under load through every switch. Each act
/// is a run of the build as an operator or a pipeline would type it.
/// </summary>
internal sealed class ReleaseStory(RehearsalStage stage, InstanceFleet fleet, PermissionCheck permissions, StepJournal journal, TimeProvider time)
{
    private const int RequestsPerSecond = 5;
    private const int StepFailed = 1;

    // The containers of a whole fleet boot on the machine that also asks: an answer may be late, but it must come.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string?> A = [];
    private static readonly Dictionary<string, string?> B = new() { ["VECTORDB_TASK_RETENTION_DAYS"] = "29" };

    // A value that the build cannot know to be wrong, and every service refuses at its start.
    private static readonly Dictionary<string, string?> Broken = new() { ["VECTORDB_TASK_RETENTION_DAYS"] = "a while" };

    /// <returns>What the load came to.</returns>
    public async Task<LoadFigures> RunAsync(CancellationToken cancellation)
    {
        await ActAsync("Bootstrap", RehearsalCaller.Administrator, A, 0, cancellation, "--target=Bootstrap", $"--files={stage.Pinned.Folder}");
        var deployer = await RehearsalCaller.AssumeAsync("vectordb-rehearsal-deployer", stage.Site.Aws.Endpoint, time, cancellation);
        await ActAsync("Deploy A, the first", deployer, A, 0, cancellation, "--target=Deploy");
        var first = await ActiveAsync(deployer, A, cancellation);

        using var services = RehearsalCaller.ServicesOf(stage.Site.Aws.Endpoint, time);
        var key = await services.SecretsManager.ReadAsync("vectordb/rehearsal/smoke-api-key", cancellation);
        using var handler = BalancedHandler.Create(stage.Site.Address, stage.Site.CaFile);
        await using var load = new LoadRun(new LoadTarget(new Uri($"https://{stage.Site.Domain}"), key), new LoadShape(RequestsPerSecond) { Limit = AnswerLimit }, handler, time);
        await load.StartAsync(cancellation);

        await ActAsync("Deploy B, replacing A", deployer, B, 0, cancellation, "--target=Deploy");
        var second = await ActiveAsync(deployer, B, cancellation);
        Demand(second != first, "B is the same release as A");
        var before = fleet.Lives.Count;
        await ActAsync("Deploy C, broken: goes back by itself", deployer, Broken, StepFailed, cancellation, "--target=Deploy");
        Demand(fleet.Lives.Skip(before).Any(static life => life.Started is not null && life.InService is null), "no instance of C was started, or one served");
        Demand(await ActiveAsync(deployer, B, cancellation) == second, "the release before C is not active again");
        await ActAsync("Unfreeze", deployer, B, 0, cancellation, "--target=Unfreeze");
        await ActAsync("Rollback to A", deployer, B, 0, cancellation, "--target=Rollback");
        Demand(await ActiveAsync(deployer, A, cancellation) == first, "A is not active again");

        var figures = await load.StopAsync();
        var allowed = await RolePolicies.ReadAsync(stage.Site.Aws.Endpoint, time, cancellation);
        await ActAsync("Destroy", deployer, A, 0, cancellation, "--target=Destroy", "--confirm=rehearsal");
        await journal.RunAsync("Permissions", async () => permissions.Judge(allowed, await stage.Site.Aws.CallsAsync(cancellation)));
        await ActAsync("Destroy the foundation", RehearsalCaller.Administrator, A, 0, cancellation, "--target=Destroy", "--confirm=rehearsal", "--with-foundation");
        await journal.RunAsync("Nothing is left", async () =>
        {
            var left = await ResourcesAsync(cancellation);
            // The state's bucket is older than the state.
            return left is [{ Name: "s3" } buckets] && buckets.Value.GetArrayLength() == 1
                ? "but the bucket of the state"
                : throw new RehearsalException($"Still there: {string.Join(", ", left.Select(static service => $"{service.Name} {service.Value.GetRawText()}"))}");
        });
        return figures;
    }

    private Task ActAsync(
        string name, RehearsalCaller caller, IReadOnlyDictionary<string, string?> settings, int expected, CancellationToken cancellation, params string[] arguments) =>
        journal.RunAsync(name, async () =>
        {
            var before = fleet.Lives.Count;
            await stage.Build.RunAsync(caller, settings, expected, cancellation, arguments);
            var resources = (await ResourcesAsync(cancellation)).Sum(static service => service.Value.GetArrayLength());
            var booted = fleet.Lives.Skip(before).Where(static life => life.InService is not null).Select(static life => life.InService!.Value.TotalSeconds).Order().ToList();
            var held = resources == 1 ? "1 resource in the account" : $"{resources} resources in the account";
            return booted.Count == 0
                ? held
                : FormattableString.Invariant($"{held}; {booted.Count} instances booted, in service after {booted[0]:0} to {booted[^1]:0} s");
        });

    /// <returns>What the account holds, by service.</returns>
    private async Task<IReadOnlyList<JsonProperty>> ResourcesAsync(CancellationToken cancellation) =>
        [.. (await stage.Site.Aws.ControlAsync(HttpMethod.Get, "resources", null, cancellation)).EnumerateObject().Where(static service => service.Value.GetArrayLength() > 0)];

    private async Task<string?> ActiveAsync(RehearsalCaller caller, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        var status = JsonDocument.Parse(await stage.Build.RunAsync(caller, settings, expected: 0, cancellation, "--target=Status", "--json"));
        using (status)
        {
            return status.RootElement.GetProperty("release").GetProperty("id").GetString();
        }
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw new RehearsalException($"The rehearsal failed: {what}.");
        }
    }
}
