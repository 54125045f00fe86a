using Hangfire;
using Hangfire.States;
using VectorDb.Core.Queue;
using VectorDb.Core.Security;
using static Microsoft.Playwright.Assertions;

namespace VectorDb.Dashboard.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class BrowserTests
{
    [Fact]
    public async Task Progress_moves_on_without_a_reload()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await DashboardHost.OpenAsync("--VECTORDB_REDIS", $"127.0.0.1:{redis.Port}");
        var task = await host.AddTaskAsync("books", 1_000, 0, 4_000);
        await using var browser = await Browser.OpenAsync();
        await browser.Page.GotoAsync($"{host.Url}dashboard/");
        await browser.Page.EvaluateAsync("document.body.dataset.loadedOnce = 'yes'");
        await Expect(browser.Page.GetByText("1,000 / 4,000")).ToBeVisibleAsync();

        await host.AdvanceAsync(task.Id, 1_500, 20);
        var newer = await host.AddTaskAsync("films", 0, 0, 10);

        await Expect(browser.Page.GetByText("2,520 / 4,000")).ToBeVisibleAsync();
        await Expect(browser.Page.Locator($"#task-{newer.Id}")).ToBeVisibleAsync();
        await Expect(browser.Page.Locator("tbody tr").First).ToHaveIdAsync($"task-{newer.Id}");
        await Expect(browser.Page.Locator("body[data-loaded-once]")).ToBeVisibleAsync();
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task Updates_can_be_paused_and_resumed()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", 1, 0, 10);
        await using var browser = await Browser.OpenAsync();
        await browser.Page.Clock.InstallAsync();
        await browser.Page.GotoAsync($"{host.Url}dashboard/tasks/{task.Id}");
        await browser.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Pause updates" }).ClickAsync();
        await Expect(browser.Page.Locator("#link")).ToHaveTextAsync("paused");
        await host.AdvanceAsync(task.Id, 9, 0);

        // An update would ask before the request that the test itself sends.
        var asked = new List<string>();
        browser.Page.Request += (_, request) => asked.Add(request.Url);
        await browser.Page.Clock.RunForAsync(20_000);
        await browser.Page.EvaluateAsync("fetch('/dashboard/?after-the-pause').then(answer => answer.text())");
        Assert.EndsWith("?after-the-pause", Assert.Single(asked), StringComparison.Ordinal);
        await Expect(browser.Page.Locator(".state")).Not.ToHaveTextAsync("completed");

        await browser.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Resume updates" }).ClickAsync();
        await Expect(browser.Page.Locator(".state")).ToHaveTextAsync("completed");
        await Expect(browser.Page.Locator("#link")).ToHaveTextAsync("up to date");
    }

    [Fact]
    public async Task Hangfires_own_pages_work_behind_the_login()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await DashboardHost.WithKeysAsync("--VECTORDB_REDIS", $"127.0.0.1:{redis.Port}");
        host.Get<IBackgroundJobClient>().Create<IIngestJobs>(jobs => jobs.SplitAsync("some-task", CancellationToken.None), new EnqueuedState());
        await using var browser = await Browser.OpenAsync();

        await browser.Page.GotoAsync($"{host.Url}dashboard/hangfire/jobs/enqueued/default");
        await Expect(browser.Page).ToHaveURLAsync(new Regex("/dashboard/login"));
        await browser.Page.GetByLabel("API key").FillAsync(host.CreateKey(Scope.Admin));
        await browser.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Log in" }).ClickAsync();

        await Expect(browser.Page).ToHaveURLAsync(new Regex("/dashboard/hangfire/jobs/enqueued/default$"));
        await Expect(browser.Page.GetByText("Split some-task")).ToBeVisibleAsync();
        await browser.Page.GotoAsync($"{host.Url}dashboard/hangfire");
        await Expect(browser.Page.Locator("#realtimeGraph")).ToBeVisibleAsync();
        Assert.Empty(browser.Complaints);

        await browser.Page.GotoAsync($"{host.Url}dashboard/");
        await Expect(browser.Page.Locator(".tile", new() { HasText = "Queue" })).ToContainTextAsync("1waiting");
    }

    [Fact]
    public async Task Losing_the_queue_is_shown_and_hides_no_task()
    {
        var redis = await RedisServer.StartAsync();
        await using var host = await DashboardHost.OpenAsync("--VECTORDB_REDIS", $"127.0.0.1:{redis.Port}");
        await host.AddTaskAsync("books", 1, 0, 10);
        await using var browser = await Browser.OpenAsync();
        await browser.Page.GotoAsync($"{host.Url}dashboard/");
        await Expect(browser.Page.Locator(".tile", new() { HasText = "Queue" })).ToContainTextAsync("waiting");
        await redis.DisposeAsync();
        await Expect(browser.Page.Locator(".tile", new() { HasText = "Queue" })).ToContainTextAsync("unreachable");
        await Expect(browser.Page.GetByText("books")).ToBeVisibleAsync();
    }
}
