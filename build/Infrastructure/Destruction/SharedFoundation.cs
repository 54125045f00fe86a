using Cake.Core;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Infrastructure.Destruction;

/// <summary>An account has one registry and one way in for GitHub; the environment that made them has them for all.</summary>
internal static class SharedFoundation
{
    private const string Environments = "/vectordb/";

    /// <exception cref="CakeException">Other environments of the account live on this one's foundation.</exception>
    public static async Task RefuseAsync(AwsAccount account, CancellationToken cancellation)
    {
        List<string> shared =
        [
            .. account.Settings.Require(SettingsCatalogue.ManageRegistry) == "true" ? ["the image repositories"] : Array.Empty<string>(),
            .. account.Settings.Require(SettingsCatalogue.ManageGithubProvider) == "true" ? ["GitHub's OIDC provider"] : Array.Empty<string>(),
        ];
        var others = shared.Count == 0 ? [] : await OthersAsync(account, cancellation);
        if (others.Count > 0)
        {
            var names = string.Join(", ", others);
            throw new CakeException(
                $"Of this environment are {string.Join(" and ", shared)} of the whole account, on which others live: {names}. Without them nothing there starts, scales or returns. "
                + $"Nothing was touched. Destroy {names} first, or leave the foundation: {BuildCommand.Line("Destroy", account.Environment)}");
        }
    }

    private static async Task<IReadOnlyList<string>> OthersAsync(AwsAccount account, CancellationToken cancellation) =>
    [
        .. (await ParameterFolder.ReadAsync(account.Systems, Environments, recursive: true, cancellation)).Keys
            .Select(static name => name.Split('/'))
            .Where(parts => parts is [_, "foundation", ..] && parts[0] != account.Environment)
            .Select(static parts => parts[0])
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];
}
