using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Rendering;

namespace VectorDb.Build.Bootstrap;

/// <summary>A file that instances take from the release bucket: exactly this one, or none.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Setting">Where its hash is pinned.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
/// <param name="Key">In the release bucket.</param>
/// <param name="Source">Its publisher's address.</param>
internal sealed record PinnedFile(string Name, EnvironmentSetting Setting, string Sha256, string Key, Uri Source)
{
    private const string Authorities = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";

    /// <summary>Those that an environment's settings ask for.</summary>
    public static IReadOnlyList<PinnedFile> Of(EnvironmentSettings settings)
    {
        var version = settings.Require(SettingsCatalogue.ComposeVersion);
        var sha256 = settings.Require(SettingsCatalogue.ComposeSha256);
        var bundle = settings.Require(SettingsCatalogue.CaBundleSha256);
        return
        [
            new(
                $"Compose plugin {version}", SettingsCatalogue.ComposeSha256, sha256, new ComposePlugin(version, sha256).Key,
                new Uri($"https://github.com/docker/compose/releases/download/v{version}/docker-compose-linux-x86_64")),
            new("Certificate authorities", SettingsCatalogue.CaBundleSha256, bundle, new CertificateAuthorities(bundle).Key, new Uri(Authorities)),
        ];
    }
}
