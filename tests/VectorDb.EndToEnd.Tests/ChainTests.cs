using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace VectorDb.EndToEnd.Tests;

/// <summary>The whole chain, from sources to a release that serves.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class ChainTests(Site site)
{
    private const string Source = "src/VectorDb.Api/Documentation/ApiDocumentation.cs";

    [Fact]
    public async Task A_changed_source_is_compiled_and_deployed_under_load_and_a_rollback_brings_the_old_behaviour_back()
    {
        site.Checkout.Limit("src/VectorDb.Api/VectorDb.Api.csproj");
        await site.RunChainAsync();
        var before = await site.ReleaseAsync();
        Assert.Equal("VectorDb", await TitleAsync());

        await using var load = site.Load();
        await load.AdvanceAsync(100);
        using var edit = site.Checkout.Edit(Source, "Title = \"VectorDb\"", "Title = \"VectorDb as it was changed\"");
        await site.RunChainAsync();
        var after = await site.ReleaseAsync();
        Assert.Equal("VectorDb as it was changed", await TitleAsync());
        Assert.Equal([before, after], (await site.HistoryAsync())
            .Where(static entry => entry.GetProperty("event").GetString() == "verified")
            .Select(static entry => entry.GetProperty("release").GetString()!)
            .Distinct(StringComparer.Ordinal)
            .Where(release => release == before || release == after));

        await site.RunAsync("--target=Rollback");
        Assert.Equal((before, "VectorDb"), (await site.ReleaseAsync(), await TitleAsync()));
        await load.AdvanceAsync(100);
        await load.StopAsync();
        Assert.True(load.Failures.Count == 0, $"{load.Requests} requests, {load.Failures.Count} lost\n{string.Join('\n', load.Failures.Take(5))}");
    }

    [Theory]
    [InlineData("Build", BuildRun.Kill, 137)]
    [InlineData("Build", BuildRun.Interrupt, 130)]
    [InlineData("Build", BuildRun.Terminate, 143)]
    [InlineData("Fast suite", BuildRun.Kill, 137)]
    [InlineData("Fast suite", BuildRun.Interrupt, 130)]
    [InlineData("Publish", BuildRun.Kill, 137)]
    [InlineData("Publish", BuildRun.Terminate, 143)]
    public async Task A_chain_that_was_interrupted_leaves_no_lock_and_no_child_and_the_same_command_succeeds(string step, int signal, int exitCode)
    {
        var before = await site.ReleaseAsync();
        site.Checkout.Limit("tests/VectorDb.FakeService/VectorDb.FakeService.csproj");
        site.Checkout.VaryAll();
        await using (var run = site.StartChain())
        {
            await run.SaysAsync($"{step}\n");
            run.Signal(signal);
            Assert.Equal(exitCode, (await run.EndAsync()).ExitCode);
        }

        if (signal != BuildRun.Kill)
        {
            // What a killed build leaves is ended by the next one.
            await NoProgramIsLeftAsync();
        }

        Assert.Equal(before, await site.ReleaseAsync());
        await site.RunChainAsync();
        await NoProgramIsLeftAsync();
        await site.OnlyWorksAsync(await site.ReleaseAsync());
        Assert.NotEqual(before, await site.ReleaseAsync());
    }

    private Task NoProgramIsLeftAsync() => Eventually.ReturnsAsync(
        () => Task.FromResult(string.Join('\n', Site.ProgramsOf(site.Checkout))), static left => left.Length == 0, "no program of the build is left");

    private async Task<string> TitleAsync()
    {
        var document = await site.Http.GetFromJsonAsync<JsonObject>("/openapi/v1.json", TestContext.Current.CancellationToken);
        return (string)document!["info"]!["title"]!;
    }
}
