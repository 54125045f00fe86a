namespace VectorDb.Build.Tests;

/// <summary>One engine for every test that needs one, named to the docker program by the environment of this process; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class DockerEngine : IAsyncLifetime, ICollectionFixture<DockerEngine>
{
    public const string Name = "Docker engine";

    private DockerDaemon? _daemon;

    public async ValueTask InitializeAsync()
    {
        _daemon = await DockerDaemon.StartAsync(TestContext.Current.CancellationToken);
        if (_daemon.Host is { } host)
        {
            Environment.SetEnvironmentVariable("DOCKER_HOST", host);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is { } daemon)
        {
            await daemon.DisposeAsync();
            if (daemon.Host is not null)
            {
                Environment.SetEnvironmentVariable("DOCKER_HOST", null);
            }
        }
    }
}
