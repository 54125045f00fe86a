using System.Net;
using VectorDb.Core.Security;
using VectorDb.Dashboard.Access;

namespace VectorDb.Dashboard.Tests;

public sealed class LoginTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/tasks/1")]
    [InlineData("/dashboard/tasks/1/errors")]
    public async Task Every_page_asks_strangers_to_log_in(string page)
    {
        await using var host = await DashboardHost.WithKeysAsync();
        var answer = await host.Client().GetAsync(page, Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith("/dashboard/login?returnUrl=", answer.Headers.Location!.PathAndQuery);
    }

    [Fact]
    public async Task An_admin_key_opens_the_dashboard_and_log_out_closes_it()
    {
        await using var host = await DashboardHost.WithKeysAsync();
        using var client = host.Client();
        var answer = await LogInAsync(client, host.CreateKey(Scope.Admin), "/dashboard/?collection=books");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/dashboard/?collection=books", answer.Headers.Location!.ToString());
        Assert.Contains("ada", await client.GetStringAsync("/dashboard/", Cancellation));

        await client.SubmitAsync("/dashboard/", "/dashboard/logout");
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/dashboard/", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_proxy_can_ask_whether_somebody_is_logged_in()
    {
        await using var host = await DashboardHost.WithKeysAsync();
        using var client = host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/dashboard/session", Cancellation)).StatusCode);
        await LogInAsync(client, host.CreateKey(Scope.Admin), "");
        Assert.Equal(HttpStatusCode.NoContent, (await client.GetAsync("/dashboard/session", Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData(Scope.Read)]
    [InlineData(Scope.Write)]
    public async Task A_key_of_a_lesser_scope_is_refused(Scope scope)
    {
        await using var host = await DashboardHost.WithKeysAsync();
        var answer = await LogInAsync(host.Client(), host.CreateKey(scope), "");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task The_session_of_a_revoked_key_ends()
    {
        await using var host = await DashboardHost.WithKeysAsync();
        using var client = host.Client();
        await LogInAsync(client, host.CreateKey(Scope.Admin), "");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/dashboard/", Cancellation)).StatusCode);
        host.RevokeAllKeys();
        await Eventually.TrueAsync(
            async () => (await client.GetAsync("/dashboard/", Cancellation)).StatusCode == HttpStatusCode.Redirect, "the session ends");
    }

    [Fact]
    public async Task Guessing_keys_is_slowed_down()
    {
        await using var host = await DashboardHost.WithKeysAsync();
        using var client = host.Client();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 11; i++)
        {
            statuses.Add((await LogInAsync(client, "vdb_wrong", "")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
    }

    [Theory]
    [InlineData("/dashboard/", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("/dash\nboard", false)]
    [InlineData("", false)]
    public void Login_leads_back_to_this_site_only(string url, bool local) => Assert.Equal(local, LoginEndpoints.IsLocal(url));

    private static Task<HttpResponseMessage> LogInAsync(HttpClient client, string key, string returnUrl) =>
        client.SubmitAsync("/dashboard/login", "/dashboard/login", ("key", key), ("returnUrl", returnUrl));
}
