using Amazon.Runtime;
using Cake.Core;
using VectorDb.Build.Aws;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The environment whose proof counts: read by its own role for that, in whatever account it is, or else as whoever runs the build.</summary>
internal sealed class PromotionSource(Lazy<AwsAccount> target, SettingsSource settings, StepJournal journal, TimeProvider time)
{
    /// <exception cref="CakeException">It is no other environment in AWS, or the settings name other readers than its own.</exception>
    public async Task<AwsAccount> OpenAsync(string environment, CancellationToken cancellationToken)
    {
        if (environment == target.Value.Environment || environment == LocalEnvironment.LocalName || Options.Environment.Read(environment) is null)
        {
            throw new CakeException(
                ExitCodes.UsageError, $"--from cannot be '{environment}': a promotion needs two environments in AWS, ./build.sh --target=Promote --from=staging --environment=production");
        }

        var role = RoleOf(environment);
        var credentials = role is null ? null : await TakeAsync(role, environment, cancellationToken);
        var stored = await settings.LoadStoredAsync(environment, target.Value.Settings, AccountOf(role), credentials, cancellationToken);
        return new AwsAccount(environment, stored, time, credentials);
    }

    /// <exception cref="InvalidOperationException">Nothing is proved there.</exception>
    public static async Task<Manifest> ProvedAsync(AwsAccount source, CancellationToken cancellationToken)
    {
        var history = new ReleaseHistory(await new DynamoLedger(source.Dynamo, source.ReleaseTable).ReadAsync(cancellationToken));
        return history.Active is { } active && history.IsVerified(active)
            && await new S3ReleaseCatalog(source.S3, source.ReleaseBucket).FindAsync(active, cancellationToken) is { } manifest
            ? manifest
            : throw new InvalidOperationException(
                $"No verified release is active in {source.Environment}. What there is: {BuildCommand.Line("History", source.Environment)}");
    }

    private string? RoleOf(string environment)
    {
        if (target.Value.Settings[SettingsCatalogue.PromotionRoles] is not { } named)
        {
            return null;
        }

        var name = $":role/vectordb-{environment}-reader";
        return named.Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(role => role.EndsWith(name, StringComparison.Ordinal) && AccountOf(role) is not null)
            ?? throw new CakeException(
                $"{SettingsCatalogue.PromotionRoles.Name} of {target.Value.Environment} is {named}, and none of it is the reader of {environment}. "
                + $"Add arn:aws:iam::<account>{name}, then: {BuildCommand.Line("Bootstrap", target.Value.Environment)}");
    }

    /// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html</remarks>
    private static string? AccountOf(string? role) => role?.Split(':') is ["arn", _, "iam", "", var account, ..] ? account : null;

    /// <returns>Null where whoever runs this may not take it: an administrator, say, who may read all by himself.</returns>
    private async Task<SessionAWSCredentials?> TakeAsync(string role, string environment, CancellationToken cancellationToken)
    {
        try
        {
            var session = await target.Value.Services.Sts.AssumeRoleAsync(role, $"promote-to-{target.Value.Environment}", cancellationToken);
            return new SessionAWSCredentials(session.AccessKeyId, session.SecretAccessKey, session.SessionToken);
        }
        catch (AwsException refused) when (refused.Code == "AccessDenied")
        {
            journal.Say(
                $"{role} cannot be taken, and {environment} is read with the credentials at hand. Should these not do: VECTORDB_PROMOTION_READERS of {environment} has to name whoever runs this, "
                + $"and {SettingsCatalogue.PromotionRoles.Name} of {target.Value.Environment} that role, each before a Bootstrap of its environment ({refused.Message})");
            return null;
        }
    }
}
