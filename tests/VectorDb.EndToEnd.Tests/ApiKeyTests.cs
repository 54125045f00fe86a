using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace VectorDb.EndToEnd.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed partial class ApiKeyTests(Site site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_keys_turned_on_the_release_is_proved_and_new_keys_open_what_their_scope_says_without_a_restart()
    {
        await using var home = new FreshHome(site);
        await home.DeployAsync(("VECTORDB_AUTH", "apikey"));
        var (reader, admin) = (await CreateAsync(home, "read"), await CreateAsync(home, "admin"));
        using var stranger = home.Client();
        using var read = home.Client(reader);
        using var write = home.Client(await CreateAsync(home, "write"));

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/v1/collections", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await read.GetAsync("/api/v1/collections", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await read.PostAsJsonAsync("/api/v1/collections", new { name = "c" }, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await write.PostAsJsonAsync("/api/v1/collections", new { name = "c" }, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await LogInAsync(stranger, reader));
        Assert.Equal(HttpStatusCode.SeeOther, await LogInAsync(stranger, admin));
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/dashboard/", Cancellation)).StatusCode);
        await home.RunAsync("--target=SmokeTest");
    }

    private static async Task<string> CreateAsync(FreshHome home, string scope) =>
        Key().Match(await home.RunAsync("--target=CreateApiKey", $"--name={scope}er of a test", $"--scope={scope}")).Value;

    private static async Task<HttpStatusCode> LogInAsync(HttpClient browser, string key)
    {
        var page = await browser.GetStringAsync("/dashboard/login", Cancellation);
        var token = Token().Match(page).Groups["token"].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("key", key)]);
        using var answer = await browser.PostAsync("/dashboard/login", form, Cancellation);
        return answer.StatusCode;
    }

    [GeneratedRegex("vdb_[0-9a-f]{8}_[0-9a-f]{64}")]
    private static partial Regex Key();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
