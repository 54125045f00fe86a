using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace VectorDb.EndToEnd.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class BackupTests(Site site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_made_under_writes_is_restored_in_place_and_into_a_fresh_home_and_searched()
    {
        using var backups = new TemporaryFolder();
        using var made = await site.Http.PostAsJsonAsync("/api/v1/collections", new { name = "logbook" }, Cancellation);
        made.EnsureSuccessStatusCode();
        await PutAsync(site.Http, "before", "the harbour before the storm");
        await using (var load = site.Load())
        {
            await load.AdvanceAsync(100);
            await site.RunAsync("--target=Backup", $"--to={backups.Path}");
            await load.AdvanceAsync(100);
            Assert.Empty(load.Failures);
        }

        await PutAsync(site.Http, "after", "the harbour after the storm");

        var (output, _) = await site.RunAsync("--target=Restore", $"--from={backups.Path}");
        Assert.Equal(["before"], await SearchAsync(site.Http));
        Assert.Contains("What was there before lies in", output, StringComparison.Ordinal);

        await using var fresh = new FreshHome(site);
        await fresh.RunAsync("--target=Restore", $"--from={backups.Path}");
        await fresh.DeployAsync();
        using var http = fresh.Client();
        Assert.Equal(["before"], await SearchAsync(http));
        using var load1 = await http.GetAsync("/api/v1/collections/load", Cancellation);
        load1.EnsureSuccessStatusCode();
    }

    private static async Task PutAsync(HttpClient http, string id, string text)
    {
        using var put = await http.PutAsJsonAsync("/api/v1/collections/logbook/records", new { records = new[] { new { id, text } } }, Cancellation);
        put.EnsureSuccessStatusCode();
    }

    private static async Task<IEnumerable<string>> SearchAsync(HttpClient http)
    {
        using var found = await http.PostAsJsonAsync("/api/v1/collections/logbook/search", new { text = "the harbour", topK = 10 }, Cancellation);
        found.EnsureSuccessStatusCode();
        var results = (await found.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["results"]!.AsArray();
        return results.Select(static result => (string)result!["id"]!);
    }
}
