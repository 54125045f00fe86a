using System.Text.Json;
using VectorDb.Build.Aws;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Releases;

/// <summary>What every catalog of manifests keeps, wherever it lies.</summary>
public abstract class ReleaseCatalogConformance
{
    /// <summary>A new view of the same catalog, as another process would open it.</summary>
    internal abstract IReleaseCatalog Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manifest_comes_back_whole()
    {
        await Open().AddAsync(Samples.Manifest(1), Cancellation);

        Assert.Equal(Json(Samples.Manifest(1)), Json(await Open().FindAsync(Samples.Release(1), Cancellation)));
    }

    [Fact]
    public async Task An_unknown_release_is_not_found() => Assert.Null(await Open().FindAsync(Samples.Release(9), Cancellation));

    [Fact]
    public async Task A_release_keeps_its_first_manifest()
    {
        await Open().AddAsync(Samples.Manifest(1), Cancellation);

        var kept = await Open().AddAsync(Samples.Manifest(1) with { Commit = "later" }, Cancellation);

        Assert.Equal(Samples.Manifest(1).Commit, kept.Commit);
        Assert.Equal(Samples.Manifest(1).Commit, (await Open().FindAsync(Samples.Release(1), Cancellation))!.Commit);
    }

    [Fact]
    public async Task A_replaced_manifest_stands_in_the_place_of_the_first_and_may_hold_what_was_proved_before()
    {
        var first = Samples.Manifest(1);
        await Open().AddAsync(first, Cancellation);
        await Open().AddAsync(Samples.Manifest(2, minute: 1), Cancellation);
        var renewed = first with { LaunchTemplates = new Dictionary<string, LaunchTemplateVersion> { ["web"] = new("lt-1", "8") }, Proved = first };

        await Open().ReplaceAsync(renewed, Cancellation);

        Assert.Equal(Json(renewed), Json(await Open().FindAsync(first.Release, Cancellation)));
        Assert.Equal(Json(renewed), Json(await Open().AddAsync(first, Cancellation)));
        Assert.Equal([first.Release, Samples.Release(2)], (await Open().ListAsync(Cancellation)).Select(manifest => manifest.Release));
    }

    [Fact]
    public async Task All_releases_are_listed_oldest_first()
    {
        await Open().AddAsync(Samples.Manifest(1, minute: 5), Cancellation);
        await Open().AddAsync(Samples.Manifest(2, minute: 1), Cancellation);

        Assert.Equal([Samples.Release(2), Samples.Release(1)], (await Open().ListAsync(Cancellation)).Select(manifest => manifest.Release));
    }

    [Fact]
    public async Task A_removed_release_is_gone_and_removing_it_twice_is_no_error()
    {
        await Open().AddAsync(Samples.Manifest(1), Cancellation);

        await Open().RemoveAsync(Samples.Release(1), Cancellation);
        await Open().RemoveAsync(Samples.Release(1), Cancellation);

        Assert.Empty(await Open().ListAsync(Cancellation));
    }

    private static string Json(Manifest? manifest) => JsonSerializer.Serialize(manifest!, ReleaseJson.Readable.Manifest);
}
