using Amazon.S3.Model;
using VectorDb.Build.Preflight;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases.Aws;
using VectorDb.Build.Releases.Locking;
using VectorDb.Build.Tests.Secrets;

namespace VectorDb.Build.Tests.Preflight;

/// <summary>What the account has and lacks, as the target finds it.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class PreflightTests(AccountWithContainers build) : IClassFixture<AccountWithContainers>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_is_asked_for_everything_and_all_that_is_missing_is_told_with_what_ends_it()
    {
        Assert.Equal(["state-bucket"], await IdsAsync());
        await build.Account.S3.PutBucketAsync(new PutBucketRequest { BucketName = build.Account.StateBucket }, Token);
        await LockOf(build.Account).FreezeAsync("ada", "the audit", Token);

        var findings = await new AccountCheck(build.Account, TimeProvider.System).FindAsync(Token);

        Assert.Equal(["pinned-file", "pinned-file", "secret", "secret", "secret", "frozen"], findings.Select(finding => finding.Id));
        Assert.All(findings, finding => Assert.Contains("./build.sh --target=", finding.Fix, StringComparison.Ordinal));
        Assert.Contains("by ada: the audit", findings[^1].What, StringComparison.Ordinal);

        await MakeReadyAsync();
        Assert.Empty(await IdsAsync());
    }

    [Fact]
    public async Task The_target_prints_every_finding_and_ends_with_1()
    {
        build.Settings["VECTORDB_CERTIFICATE_ARN"] = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000";
        build.Settings["VECTORDB_ALARM_EMAILS"] = "ops@your-org.dev";
        var result = await build.RunAsync("Preflight");
        build.Settings["VECTORDB_ALARM_EMAILS"] = build.Settings["VECTORDB_CERTIFICATE_ARN"] = null;

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("VECTORDB_ALARM_EMAILS is 'ops@your-org.dev' (environment variable)", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"fix\s+set VECTORDB_ALARM_EMAILS in \.env\.", result.Output);
    }

    [Fact]
    public async Task Settings_that_are_missing_are_findings_and_not_a_crash()
    {
        build.Settings["VECTORDB_IMAGE_ID"] = null;
        var result = await build.RunAsync("Preflight");
        build.Settings["VECTORDB_IMAGE_ID"] = "ami-0123456789abcdef0";

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"setting\s+VECTORDB_IMAGE_ID is not set", result.Output + result.Error);
    }

    [Theory]
    [InlineData("ExpiredToken", "credentials-expired")]
    [InlineData("InvalidClientTokenId", "credentials")]
    [InlineData("AccessDenied", "permission", "aws configure set role_arn")]
    public async Task Credentials_that_AWS_refuses_are_named_with_what_renews_itself(string code, string id, string fix = "aws sso login")
    {
        await build.Aws.ControlAsync(HttpMethod.Post, "faults", new { service = "sts", action = "*", times = 1, status = 403, code, message = "no" }, Token);

        var finding = Assert.Single(await new AccountCheck(build.Account, TimeProvider.System).FindAsync(Token));

        Assert.Equal(id, finding.Id);
        Assert.Contains(fix, finding.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_account_is_touched_no_further()
    {
        using var other = build.AccountWith(new Dictionary<string, string?>(build.Settings) { ["VECTORDB_ACCOUNT"] = "210987654321" });

        var finding = Assert.Single(await new AccountCheck(other, TimeProvider.System).FindAsync(Token));

        Assert.Equal("account", finding.Id);
        Assert.Contains("of account 123456789012", finding.What, StringComparison.Ordinal);
    }

    private async Task MakeReadyAsync()
    {
        foreach (var file in VectorDb.Build.Bootstrap.PinnedFile.Of(build.Account.Settings))
        {
            await build.Account.S3.PutObjectAsync(new PutObjectRequest { BucketName = build.Account.ReleaseBucket, Key = file.Key, ContentBody = "it" }, Token);
        }

        foreach (var name in new[] { "api-keys", "smoke-api-key", "redis-password" })
        {
            await build.Account.Services.SecretsManager.PutAsync(build.Account.SecretName(name), "a value", Token);
        }

        await LockOf(build.Account).UnfreezeAsync(Token);
    }

    private async Task<IEnumerable<string>> IdsAsync() =>
        (await new AccountCheck(build.Account, TimeProvider.System).FindAsync(Token)).Select(finding => finding.Id);

    private static ReleaseLock LockOf(VectorDb.Build.Environments.Aws.AwsAccount account) =>
        new(new DynamoLockStore(account.Dynamo, account.ReleaseTable), new SystemProcessTable(), TimeProvider.System);
}
