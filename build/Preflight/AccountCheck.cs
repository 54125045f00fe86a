using VectorDb.Build.Aws;
using VectorDb.Build.Bootstrap;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Preflight;

/// <summary>Whether the account is the right one, and holds what Bootstrap makes and people put there.</summary>
internal sealed class AccountCheck(AwsAccount account, TimeProvider time)
{
    private static readonly TimeSpan CertificateWarning = TimeSpan.FromDays(14);

    private string Bootstrap => BuildCommand.Line("Bootstrap", account.Environment);

    public async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellation)
    {
        try
        {
            return await CallerAsync(cancellation) is { } wrong
                ? [wrong]
                : [.. (await Task.WhenAll(FoundationAsync(cancellation), CertificateAsync(cancellation))).SelectMany(static each => each)];
        }
        catch (Exception failure) when (CredentialFinding.Of(failure, account.Environment) is { } finding)
        {
            return [finding];
        }
    }

    private async Task<Finding?> CallerAsync(CancellationToken cancellation)
    {
        var caller = await account.Services.Sts.CallerAsync(cancellation);
        return caller.Account == account.Account ? null : new Finding(
            "account", $"These credentials are of account {caller.Account} ({caller.Arn}), and {SettingsCatalogue.Account.Name} is {account.Account}",
            "A release touches its own account only.", "export AWS_PROFILE=<profile of the other account>, or correct the setting");
    }

    private async Task<IReadOnlyList<Finding>> FoundationAsync(CancellationToken cancellation)
    {
        if (!await StateBucket.ExistsAsync(account.S3, account.StateBucket, cancellation))
        {
            return [new Finding("state-bucket", $"There is no bucket {account.StateBucket}", "Terraform keeps its state there.", Bootstrap)];
        }

        if (!await StateBucket.ExistsAsync(account.S3, account.ReleaseBucket, cancellation))
        {
            return [new Finding("foundation", $"There is no bucket {account.ReleaseBucket}", "The foundation was not applied: no release can be recorded.", Bootstrap)];
        }

        List<Finding> findings = [];
        foreach (var file in PinnedFile.Of(account.Settings))
        {
            if (!await account.S3.HasAsync(account.ReleaseBucket, file.Key, cancellation))
            {
                findings.Add(new Finding("pinned-file", $"{file.Name} is not in {account.ReleaseBucket} ({file.Key})", "No instance could start.", $"{Bootstrap}   (--files=<folder> takes it from there)"));
            }
        }

        findings.AddRange(await SecretsAsync(cancellation));
        if ((await new DynamoLockStore(account.Dynamo, account.ReleaseTable).ReadAsync(cancellation)).Freeze is { } freeze)
        {
            findings.Add(new Finding(
                "frozen", $"Deploys are frozen since {freeze.Since:yyyy-MM-dd HH:mm} UTC by {freeze.By}: {freeze.Message}", "Somebody wants nothing to change.",
                $"when that is done: {BuildCommand.Line("Unfreeze", account.Environment)}"));
        }

        return findings;
    }

    private async Task<IEnumerable<Finding>> SecretsAsync(CancellationToken cancellation)
    {
        List<Finding> findings = [];
        foreach (var secret in SecretCatalogue.NeededWith(account.Settings))
        {
            if ((await account.Services.SecretsManager.FindAsync(account.SecretName(secret.Name), cancellation))?.CurrentVersion is null)
            {
                findings.Add(new Finding(
                    "secret", $"{account.SecretName(secret.Name)} has no value", "The services or the smoke test cannot start without it.",
                    secret == SecretCatalogue.OpenAiApiKey ? $"{BuildCommand.Line("PutSecret", account.Environment)} --name={secret.Name}   (the key on the standard input)" : Bootstrap));
            }
        }

        return findings;
    }

    private async Task<IReadOnlyList<Finding>> CertificateAsync(CancellationToken cancellation)
    {
        var domain = account.Settings.Require(SettingsCatalogue.DomainName);
        if (account.Settings[SettingsCatalogue.CertificateArn] is not { } arn)
        {
            return account.Settings[SettingsCatalogue.HostedZoneId] is not null ? [] :
            [
                new Finding(
                    "certificate", $"Neither {SettingsCatalogue.CertificateArn.Name} nor {SettingsCatalogue.HostedZoneId.Name} is set", "There is no HTTPS without a certificate.",
                    $"aws acm request-certificate --domain-name {domain} --validation-method DNS --region {account.Region}, then set its ARN; or set the zone, and one is made"),
            ];
        }

        return await account.Services.Certificates.FindAsync(arn, cancellation) switch
        {
            null => [new Finding("certificate", $"Account and region hold no certificate {arn}", "The listener cannot be made.", $"aws acm list-certificates --region {account.Region}")],
            { Status: not "ISSUED" } pending => [new Finding("certificate", $"{arn} is {pending.Status}", "The listener takes an issued certificate only.", $"put its validation record into the domain's DNS: aws acm describe-certificate --certificate-arn {arn}")],
            { NotAfter: { } end } ending when end - time.GetUtcNow() < CertificateWarning =>
                [new Finding("certificate", $"{arn} ends on {end:yyyy-MM-dd}", $"Browsers refuse {ending.DomainName} after that.", "import its successor: aws acm import-certificate, or let ACM issue one through the zone")],
            var other when !other.Covers(domain) => [new Finding("certificate", $"{arn} is for {other.DomainName}, not for {domain}", "Browsers refuse it.", $"set {SettingsCatalogue.CertificateArn.Name} or {SettingsCatalogue.DomainName.Name}")],
            _ => [],
        };
    }
}
