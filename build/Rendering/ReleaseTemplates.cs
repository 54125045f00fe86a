using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Rendering;

/// <summary>Renders every file of a release from the templates of <c>scripts/templates</c> and <c>monitoring</c>.</summary>
/// <param name="repositoryRoot">Where those folders are.</param>
internal sealed class ReleaseTemplates(string repositoryRoot)
{
    public const string BundleFile = "bundle.tar";

    /// <summary>EC2 takes no more, counted before base64.</summary>
    private const int UserDataBytes = 16_384;

    /// <exception cref="RenderingException">Names template, line and variable.</exception>
    public IReadOnlyList<RenderedFile> Render(ReleaseModel model)
    {
        var bundle = BundleFiles(model);
        var archive = new RenderedFile(BundleFile, BundleArchive.Of(bundle));
        return
        [
            .. AwsNames.Profiles.Select(profile => UserData(model, profile, archive)),
            .. bundle.Select(file => file with { Path = $"bundle/{file.Path}" }),
            archive,
            .. Dashboards.Render(Source("monitoring/dashboards.json"), new DashboardModel(model.Environment, model.Region, model.Account)),
        ];
    }

    /// <summary>The whole stack with a Redis of its own, from images by any name.</summary>
    public RenderedFile RenderDevelopment(DevelopmentModel model) =>
        File("docker-compose.development.yml", "scripts/templates/docker-compose.prod.yml.sbn", ComposeModel.Of(model));

    private List<RenderedFile> BundleFiles(ReleaseModel model) =>
    [
        File("docker-compose.prod.yml", "scripts/templates/docker-compose.prod.yml.sbn", ComposeModel.Of(model)),
        File("nginx-environment.conf", "scripts/templates/nginx-environment.conf.sbn", new NginxModel(model)),
        Script("link-logs.sh", "scripts/templates/link_logs.sh.sbn", new { }),
        .. AwsNames.Profiles.SelectMany(profile => ProfileFiles(model, profile)),
    ];

    private IEnumerable<RenderedFile> ProfileFiles(ReleaseModel model, string profile)
    {
        var instance = new InstanceModel(model, profile);
        yield return Script($"settings-{profile}.sh", "scripts/templates/settings.sh.sbn", instance);
        yield return Script($"drain-{profile}.sh", "scripts/templates/drain.sh.sbn", instance);
        yield return File($"vectordb-{profile}.service", "scripts/templates/vectordb.service.sbn", instance);
        yield return File($"vectordb-drain-{profile}.service", "scripts/templates/vectordb-drain.service.sbn", instance);
        yield return File($"vectordb-settings-{profile}.service", "scripts/templates/vectordb-settings.service.sbn", instance);
        yield return File($"vectordb-settings-{profile}.timer", "scripts/templates/vectordb-settings.timer.sbn", instance);
        yield return File($"cloudwatch-agent-{profile}.json", "monitoring/cloudwatch-agent.json.sbn", instance);
        yield return File($"environment-{profile}.env", "scripts/templates/environment.env.sbn", instance);
    }

    private RenderedFile UserData(ReleaseModel model, string profile, RenderedFile archive)
    {
        var file = Script($"user-data-{profile}.sh", "scripts/templates/user_data.sh.sbn", new UserDataModel(model, profile, archive.Hash.Hex));
        return file.Content.Length < UserDataBytes
            ? file
            : throw new RenderingException($"{file.Path} has {file.Content.Length:N0} bytes; EC2 takes less than {UserDataBytes:N0}. Move a part into the bundle.");
    }

    private RenderedFile File(string path, string template, object model) =>
        RenderedFile.Of(path, TemplateRenderer.Render(Path.GetFileName(template), Source(template), model));

    private RenderedFile Script(string path, string template, object model) => File(path, template, model) with { IsExecutable = true };

    private string Source(string path) => System.IO.File.ReadAllText(Path.Combine(repositoryRoot, path));
}
