using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace VectorDb.EndToEnd.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class DeployTests(Site site)
{
    [Fact]
    public async Task An_upload_of_10_000_rows_becomes_searchable()
    {
        using var made = await site.Http.PostAsJsonAsync("/api/v1/collections", new { name = "ships" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var rows = new StringBuilder("id,text,year\n");
        for (var row = 0; row < 10_000; row++)
        {
            rows.Append(CultureInfo.InvariantCulture, $"{row},logbook of the ship number{row} under captain{row % 97},{1800 + (row % 100)}\n");
        }

        using var content = new StringContent(rows.ToString(), Encoding.UTF8, "text/csv");
        using var accepted = await site.Http.PostAsync(
            "/api/v1/collections/ships/uploads?format=csv&idColumn=id&textColumn=text&metadataColumns=year", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var task = (string)(await accepted.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["taskId"]!;
        var ended = await Eventually.ReturnsAsync(
            async () => (await site.Http.GetFromJsonAsync<JsonObject>($"/api/v1/tasks/{task}", TestContext.Current.CancellationToken))!,
            static answer => (string)answer["state"]! is "completed" or "partially_completed" or "failed",
            "the upload ends",
            TimeSpan.FromMinutes(1));
        Assert.Equal("completed", (string)ended["state"]!);
        using var found = await site.Http.PostAsJsonAsync(
            "/api/v1/collections/ships/search", new { text = "logbook of the ship number4711 under captain55", topK = 1 }, TestContext.Current.CancellationToken);
        var results = (await found.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["results"]!.AsArray();
        Assert.Equal("4711", (string)Assert.Single(results)!["id"]!);
    }

    [Fact]
    public async Task Status_and_history_tell_what_runs_and_the_same_bytes_are_not_deployed_twice()
    {
        var (output, _) = await site.DeployAsync();
        Assert.Contains("Nothing to do", output, StringComparison.Ordinal);
        var status = await site.StatusAsync();
        Assert.Equal(await site.ReleaseAsync(), status.GetProperty("release").GetProperty("id").GetString());
        Assert.Equal(["api", "worker", "dashboard"], status.GetProperty("services").EnumerateArray().Select(static service => service.GetProperty("name").GetString()));
        Assert.All(status.GetProperty("services").EnumerateArray(), static service => Assert.Equal("healthy", service.GetProperty("health").GetString()));
        Assert.Contains("verified", (await site.HistoryAsync()).Select(static entry => entry.GetProperty("event").GetString()));
    }

    [Fact]
    public async Task A_killed_host_comes_back_with_the_next_deploy_where_it_listened()
    {
        var release = await site.ReleaseAsync();
        var host = JsonNode.Parse(await File.ReadAllTextAsync(site.File("run", "host.json"), TestContext.Current.CancellationToken))!;
        using (var process = System.Diagnostics.Process.GetProcessById((int)host["pid"]!))
        {
            process.Kill();
        }

        await Eventually.TrueAsync(() => site.RunningReleases().Count == 0, "the services end with their host");
        await site.RunAsync("--target=Deploy", "--exclusive");
        Assert.Equal(release, await site.ReleaseAsync());
    }
}
