using System.Security.Cryptography.X509Certificates;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Processes;
using VectorDb.Build.Tests.Emulator;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>A site without a Docker engine, in which an hour takes half a minute.</summary>
[CollectionDefinition(Name)]
public sealed class SiteFixture : IAsyncLifetime, ICollectionFixture<SiteFixture>
{
    public const string Name = "Site without an engine";

    private RehearsalSite? _site;

    internal RehearsalSite Site => _site!;

    internal CommandRunner Commands { get; } = new(TimeProvider.System);

    internal AwsWire Aws { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        new[] { "moto_server", "redis-server", "nginx", "docker-registry" }.ToList().ForEach(static tool => RequiredTool.Find(tool));
        RequiredTool.Demand(Environment.IsPrivilegedProcess, "the site listens on ports that only root may have");
        _site = await RehearsalSite.StartAsync(
            Commands, Repository.Root, new SiteOptions(120) { WithoutDocker = true }, TimeProvider.System, TestContext.Current.CancellationToken);
        Aws = new AwsWire(_site.Aws);
    }

    public async ValueTask DisposeAsync()
    {
        Aws?.Dispose();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    internal X509Certificate2 Authority() => X509CertificateLoader.LoadCertificateFromFile(Site.CaFile);

    /// <summary>A client that finds the balancer where AWS says it is, and trusts what a build of the rehearsal trusts.</summary>
    internal HttpClient Browser() => new(BalancedHandler.Create(Site.Address, Site.CaFile));
}
