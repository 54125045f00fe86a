using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>Publishes launch template versions as an apply does: a new one whenever boot scripts or infrastructure are others than before.</summary>
internal sealed class AppliedTemplates(AwsSite site)
{
    private ContentHash? _last;
    private IReadOnlyDictionary<string, LaunchTemplateVersion> _versions = new Dictionary<string, LaunchTemplateVersion>();

    /// <summary>What only infrastructure is made of, like the type of the instances.</summary>
    public string Infrastructure { get; set; } = "";

    public IPublishedTemplates Of(AwsRelease release) => new Published(this, release);

    private sealed class Published(AppliedTemplates applied, AwsRelease release) : IPublishedTemplates
    {
        public async Task<IReadOnlyDictionary<string, LaunchTemplateVersion>> LaunchTemplatesAsync(CancellationToken cancellationToken)
        {
            var rendered = await release.RenderAsync(cancellationToken);
            string Script(string profile) => File.ReadAllText(rendered.PathOf($"user-data-{profile}.sh"));
            var now = ContentHash.OfText(Script("web") + Script("worker") + applied.Infrastructure);
            if (applied._last != now)
            {
                applied._versions = await applied.PublishAsync(Script);
                applied._last = now;
            }

            return applied._versions;
        }
    }

    private Task<IReadOnlyDictionary<string, LaunchTemplateVersion>> PublishAsync(Func<string, string> script) => site.PublishAsync(script);
}
