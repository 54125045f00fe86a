namespace VectorDb.Build.Tests;

/// <summary>One engine for every test that needs one; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class DockerEngine : IAsyncLifetime, ICollectionFixture<DockerEngine>
{
    public const string Name = "Docker engine";

    private DockerDaemon? _daemon;

    public async ValueTask InitializeAsync() => _daemon = await DockerDaemon.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }
}
