using System.Net;

namespace VectorDb.Dashboard.Tests;

public sealed class OverviewTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tasks_page_shows_state_progress_and_failures_of_each_task()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", succeeded: 4_500, failed: 500, total: 20_000);
        var html = await host.Client().GetStringAsync("/dashboard/", Cancellation);
        Assert.Contains($"/dashboard/tasks/{task.Id}", html);
        Assert.Contains("processing chunks", html);
        Assert.Contains("5,000 / 20,000", html);
        Assert.Contains("aria-valuenow=\"25\"", html);
    }

    [Fact]
    public async Task Text_from_records_is_shown_as_text_and_never_as_markup()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", succeeded: 0, failed: 2, total: 2);
        var html = await host.Client().GetStringAsync($"/dashboard/tasks/{task.Id}", Cancellation);
        Assert.Contains("384 wanted &lt;b&gt;", html);
        Assert.DoesNotContain("wanted <b>", html);
    }

    [Fact]
    public async Task A_collection_can_be_picked()
    {
        await using var host = await DashboardHost.OpenAsync();
        var books = await host.AddTaskAsync("books", 1, 0, 2);
        var films = await host.AddTaskAsync("films", 1, 0, 2);
        var html = await host.Client().GetStringAsync("/dashboard/?collection=films", Cancellation);
        Assert.Contains(films.Id, html);
        Assert.DoesNotContain(books.Id, html);
    }

    [Theory]
    [InlineData("?cursor=zzz")]
    [InlineData("?cursor=zzz&collection=books")]
    public async Task A_cursor_that_is_none_shows_the_first_page(string query)
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", 1, 0, 2);
        var html = await host.Client().GetStringAsync("/dashboard/" + query, Cancellation);
        Assert.Contains(task.Id, html);
    }

    [Fact]
    public async Task Older_tasks_are_on_a_page_of_their_own()
    {
        await using var host = await DashboardHost.OpenAsync();
        for (var i = 0; i < 52; i++)
        {
            await host.Ledger.CreateAsync(new Core.Tasks.NewTask($"task{i:00}", "books", "f", new(), null, $"{i}"), Cancellation);
        }

        using var client = host.Client();
        var first = await client.GetStringAsync("/dashboard/", Cancellation);
        var older = Regex.Match(first, "href=\"([^\"]+)\">Older").Groups[1].Value;
        var second = await client.GetStringAsync(WebUtility.HtmlDecode(older), Cancellation);
        Assert.Equal(52, Ids(first).Concat(Ids(second)).Distinct().Count());
        Assert.Equal(50, Ids(first).Count());

        static IEnumerable<string> Ids(string html) =>
            Regex.Matches(html, "id=\"task-(task\\d\\d)\"").Select(match => match.Groups[1].Value);
    }

    [Fact]
    public async Task Without_a_queue_the_page_says_so_and_still_shows_the_tasks()
    {
        await using var host = await DashboardHost.OpenAsync();
        await host.AddTaskAsync("books", 1, 0, 2);
        var html = await host.Client().GetStringAsync("/dashboard/", Cancellation);
        Assert.Contains("VECTORDB_REDIS is not set", html);
        Assert.Contains("books", html);
    }

    [Fact]
    public async Task Without_authentication_a_banner_says_that_everyone_may_look()
    {
        await using var host = await DashboardHost.OpenAsync();
        Assert.Contains("Open to everyone", await host.Client().GetStringAsync("/dashboard/", Cancellation));
    }

    [Fact]
    public async Task Links_follow_the_prefix_of_a_trusted_proxy()
    {
        await using var host = await DashboardHost.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/") { Headers = { { "X-Forwarded-Prefix", "/team-a" }, { "X-Forwarded-For", "10.0.0.9" } } };
        var answer = await host.Client().SendAsync(request, Cancellation);
        Assert.Contains("href=\"/team-a/dashboard/assets/dashboard.css?v=", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Styles_and_scripts_are_cached_for_good_under_their_content_version()
    {
        await using var host = await DashboardHost.OpenAsync();
        using var client = host.Client();
        var html = await client.GetStringAsync("/dashboard/", Cancellation);
        var script = Regex.Match(html, "src=\"(/dashboard/assets/dashboard.js[^\"]+)\"").Groups[1].Value;
        var versioned = await client.GetAsync(script, Cancellation);
        Assert.Contains("immutable", versioned.Headers.CacheControl!.ToString());
        var bare = await client.GetAsync("/dashboard/assets/dashboard.js", Cancellation);
        Assert.Equal("no-cache", bare.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Pages_run_only_their_own_scripts_and_cannot_be_framed()
    {
        await using var host = await DashboardHost.OpenAsync();
        var answer = await host.Client().GetAsync("/dashboard/", Cancellation);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self';", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Health_names_the_release_without_a_login()
    {
        await using var host = await DashboardHost.WithKeysAsync();
        var body = await host.Client().GetStringAsync("/health", Cancellation);
        Assert.Contains("\"service\":\"dashboard\",\"release\":\"0123456789ab\"", body);
    }
}
