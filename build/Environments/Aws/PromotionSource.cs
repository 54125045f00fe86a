using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Aws;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The environment whose proof counts.</summary>
internal sealed class PromotionSource(SettingsSource settings, TimeProvider time)
{
    /// <remarks>Variables of this process are the target's, and say nothing of the source.</remarks>
    public async Task<AwsAccount> OpenAsync(string environment, CancellationToken cancellationToken) =>
        new(environment, await settings.LoadStoredAsync(environment, cancellationToken), time);

    /// <exception cref="InvalidOperationException">Nothing is proved there.</exception>
    public static async Task<Manifest> ProvedAsync(AwsAccount source, CancellationToken cancellationToken)
    {
        var history = new ReleaseHistory(await new DynamoLedger(source.Dynamo, source.ReleaseTable).ReadAsync(cancellationToken));
        return history.Active is { } active && history.IsVerified(active)
            && await new S3ReleaseCatalog(source.S3, source.ReleaseBucket).FindAsync(active, cancellationToken) is { } manifest
            ? manifest
            : throw new InvalidOperationException(
                $"No verified release is active in {source.Environment}. What there is: ./build.sh --target=History --environment={source.Environment}");
    }
}
