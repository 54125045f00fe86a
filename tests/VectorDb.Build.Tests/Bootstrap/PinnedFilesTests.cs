using System.Net;
using Amazon.S3.Model;
using Cake.Core;
using VectorDb.Build.Aws;
using VectorDb.Build.Bootstrap;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.Tests.Environments;

namespace VectorDb.Build.Tests.Bootstrap;

/// <summary>What instances take from the release bucket, without the rest of a bootstrap.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class PinnedFilesTests(AwsBuild build) : IClassFixture<AwsBuild>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await build.Account.S3.PutBucketAsync(new PutBucketRequest { BucketName = build.Account.ReleaseBucket }, Token);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_file_that_is_not_at_hand_is_downloaded_from_its_publisher_and_uploaded_once()
    {
        var publisher = new Publisher("authorities of the day");
        Settings("CA_BUNDLE_SHA256", ContentHash.OfText("authorities of the day").Hex);

        Assert.InRange(await EnsureAsync(publisher, build.Files), 1, 2);
        Assert.Equal(0, await EnsureAsync(publisher, null));
        Assert.Equal([new Uri("https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem")], publisher.Asked);
    }

    [Fact]
    public async Task Another_file_than_the_pinned_one_is_refused_with_both_hashes()
    {
        Settings("COMPOSE_VERSION", "9.9.9");

        var refused = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(new Publisher("something else"), folder: null));

        Assert.Contains($"VECTORDB_COMPOSE_SHA256 is {ContentHash.OfText("the plugin").Hex}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"v9.9.9/docker-compose-linux-x86_64 has {ContentHash.OfText("something else").Hex}", refused.Message, StringComparison.Ordinal);
        Assert.False(await build.Account.S3.HasAsync(build.Account.ReleaseBucket, $"bundles/docker-compose-9.9.9-{ContentHash.OfText("the plugin").Short}", Token));
    }

    [Fact]
    public async Task A_publisher_that_is_away_is_named_with_the_other_way()
    {
        Settings("COMPOSE_VERSION", "8.8.8");

        var refused = await Assert.ThrowsAsync<CakeException>(() => EnsureAsync(new Publisher(null), folder: null));

        Assert.Contains("--files=<its folder>", refused.Message, StringComparison.Ordinal);
    }

    private void Settings(string name, string value) => build.Settings[SettingsCatalogue.Prefix + name] = value;

    private async Task<int> EnsureAsync(Publisher publisher, string? folder)
    {
        using var account = build.AccountWith(build.Settings);
        return await new PinnedFileStore(publisher, new StepJournal(BuildConsole.Create(TextWriter.Null), TimeProvider.System)).EnsureAsync(account, folder, Token);
    }

    private sealed class Publisher(string? content) : HttpMessageHandler
    {
        public List<Uri> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!);
            return Task.FromResult(content is null
                ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(content) });
        }
    }
}
