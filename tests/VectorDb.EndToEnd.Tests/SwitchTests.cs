namespace VectorDb.EndToEnd.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class SwitchTests(Site site)
{
    [Fact]
    public async Task Deploy_and_rollback_under_load_lose_no_request()
    {
        var before = await site.ReleaseAsync();
        await using var load = site.Load();
        await load.AdvanceAsync(100);
        site.Checkout.Vary("api");
        var (_, deploy) = await site.DeployAsync();
        var after = await site.ReleaseAsync();
        Assert.NotEqual(before, after);
        await load.AdvanceAsync(100);
        var (output, rollback) = await site.RunAsync("--target=Rollback");
        Assert.True(before == await site.ReleaseAsync(), output);
        await load.AdvanceAsync(100);
        await load.StopAsync();
        Judge(load, $"deploy {deploy.TotalSeconds:0.00} s, rollback {rollback.TotalSeconds:0.00} s under load");
        await site.OnlyWorksAsync(before);
        Assert.Equal(after, (await site.StatusAsync()).GetProperty("standby").GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_rollback_of_the_running_stack_ends_within_30_seconds()
    {
        site.Checkout.Vary("dashboard");
        await site.DeployAsync();
        var (_, took) = await site.RunAsync("--target=Rollback");
        TestContext.Current.SendDiagnosticMessage($"rollback {took.TotalSeconds:0.00} s");
        Assert.True(took < TimeSpan.FromSeconds(30), $"{took}");
    }

    [Fact]
    public async Task An_upgrade_of_the_resident_host_under_load_loses_no_request()
    {
        var host = Host(await File.ReadAllTextAsync(site.File("run", "host.json"), TestContext.Current.CancellationToken));
        await using var load = site.Load();
        await load.AdvanceAsync(100);
        site.Checkout.Vary("host");
        site.Checkout.Vary("worker");
        await site.DeployAsync();
        Assert.NotEqual(host, Host(await File.ReadAllTextAsync(site.File("run", "host.json"), TestContext.Current.CancellationToken)));
        await load.AdvanceAsync(200);
        await load.StopAsync();
        Judge(load, "upgrade under load");
    }

    private static string Host(string description) => (string)System.Text.Json.Nodes.JsonNode.Parse(description)!["content"]!;

    private static void Judge(RequestLoad load, string what)
    {
        var summary = $"{what}: {load.Requests} requests, {load.Failures.Count} lost";
        TestContext.Current.SendDiagnosticMessage(summary);
        Assert.True(load.Failures.Count == 0, $"{summary}\n{string.Join('\n', load.Failures.Take(5))}");
    }
}
