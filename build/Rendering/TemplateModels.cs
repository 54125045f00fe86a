using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Rendering;

/// <summary>What the scripts, units and the agent of one kind of instance need.</summary>
internal record InstanceModel(ReleaseModel Model, string Profile)
{
    public string Environment => Model.Environment;

    public string Release => Model.Release;

    public string Region => Model.Region;

    public string? AwsEndpoint => Model.AwsEndpoint;

    public int DeregistrationSeconds => Profile == AwsNames.Web ? Model.Limits.DeregistrationSeconds : 0;

    public IEnumerable<string> Secrets => Model.Secrets.Where(secret => secret.Profiles.Contains(Profile)).Select(static secret => secret.Name);

    public IReadOnlyList<string> Services => Profile == AwsNames.Web ? ["nginx", "api", "dashboard"] : ["worker"];
}

internal sealed record UserDataModel(ReleaseModel Model, string Profile, string BundleSha256) : InstanceModel(Model, Profile)
{
    public string Bucket => Model.Bucket;

    public string Registry => Model.Registry;

    public string BundleKey => AwsNames.BundleKey(BundleSha256);

    public string ComposeKey => Model.Compose.Key;

    public string ComposeSha256 => Model.Compose.Sha256;

    public string CaKey => Model.Authorities.Key;

    public string CaSha256 => Model.Authorities.Sha256;
}

internal sealed record NginxModel(ReleaseModel Model)
{
    public IReadOnlyList<string> BalancerNetworks => Model.BalancerNetworks;

    public int RequestsPerSecond => Model.Limits.RequestsPerSecond;
}

/// <param name="Images">By service name, <c>redis</c> among them.</param>
/// <param name="Port">Where nginx answers on the developer's machine.</param>
internal sealed record DevelopmentModel(
    IReadOnlyDictionary<string, string> Images, int Port, IReadOnlyDictionary<string, string> Settings, string Release, string Commit);

internal sealed record NamedValue(string Name, string Value);

internal sealed record ComposeModel(
    bool Development,
    string Environment,
    string Release,
    string Commit,
    string? Region,
    string? AwsEndpoint,
    int Port,
    IReadOnlyDictionary<string, string> Images,
    IReadOnlyDictionary<string, string> Digests,
    IReadOnlyList<NamedValue> Settings,
    ServiceLimits Limits)
{
    public static ComposeModel Of(ReleaseModel model)
    {
        var images = new Dictionary<string, ImageReference>
        {
            ["api"] = model.Images.Api,
            ["worker"] = model.Images.Worker,
            ["dashboard"] = model.Images.Dashboard,
            ["nginx"] = model.Images.Nginx,
        };
        return new ComposeModel(
            Development: false, model.Environment, model.Release, model.Commit, model.Region, model.AwsEndpoint, Port: 80,
            images.ToDictionary(image => image.Key, image => image.Value.Text),
            images.ToDictionary(image => image.Key, image => image.Value.Digest),
            Named(model.Settings), model.Limits);
    }

    public static ComposeModel Of(DevelopmentModel model) => new(
        Development: true, "local", model.Release, model.Commit, Region: null, AwsEndpoint: null, model.Port,
        model.Images, model.Images, Named(model.Settings), new ServiceLimits());

    private static List<NamedValue> Named(IReadOnlyDictionary<string, string> settings) =>
        [.. settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => new NamedValue(setting.Key, setting.Value))];
}
