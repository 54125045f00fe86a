namespace VectorDb.EndToEnd.Tests;

/// <summary>A checkout to rehearse from, and a Docker engine to rehearse with.</summary>
public sealed class RehearsedCheckout : IAsyncLifetime
{
    private static readonly string[] Tools = ["terraform", "moto_server", "docker-registry", "debootstrap", "nginx", "redis-server"];

    private readonly TemporaryFolder _home = new();
    private Checkout? _checkout;
    private DockerDaemon? _docker;

    /// <summary>Path of what a rehearsal leaves to read.</summary>
    public string Report => Path.Combine(_checkout!.Root, "artifacts", "rehearsal", "report.md");

    public async ValueTask InitializeAsync()
    {
        Tools.ToList().ForEach(static tool => RequiredTool.Find(tool));
        RequiredTool.Demand(Environment.IsPrivilegedProcess, "a rehearsal gives names and a load balancer their real ports, which takes root");
        _docker = await DockerDaemon.StartAsync(TestContext.Current.CancellationToken);
        _checkout = new Checkout();
        _checkout.Limit("src/VectorDb.Api/VectorDb.Api.csproj");
    }

    public async ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        _home.Dispose();
        if (_docker is not null)
        {
            await _docker.DisposeAsync();
        }
    }

    internal BuildRun Start() => BuildRun.Start(_checkout!.Root, _home.Path, "--target=Rehearse");
}
