using VectorDb.Build.Tests.Secrets;

namespace VectorDb.Build.Tests.Preflight;

/// <summary>Profiles of the AWS configuration that are more than a key, as a run takes them.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class CredentialProfileTests(AccountWithContainers build) : IClassFixture<AccountWithContainers>, IDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/vectordb-production-deployer";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_profile_of_a_role_takes_the_role()
    {
        Take(
            "deployer",
            $"""
            [profile base]
            aws_access_key_id = base
            aws_secret_access_key = rehearsal
            [profile deployer]
            role_arn = {Role}
            source_profile = base
            region = us-east-1
            """);

        var result = await build.RunAsync("Preflight");

        Assert.Contains("state-bucket", result.Output, StringComparison.Ordinal);
        Assert.Contains(await build.Aws.CallsAsync(Token), static call => call is { Action: "AssumeRole", Principal: "base", Status: 200 });
    }

    [Fact]
    public async Task A_profile_of_single_sign_on_without_a_session_is_a_finding_that_names_the_login()
    {
        Take(
            "people",
            """
            [sso-session company]
            sso_start_url = https://example.awsapps.com/start
            sso_region = us-east-1
            sso_registration_scopes = sso:account:access
            [profile people]
            sso_session = company
            sso_account_id = 123456789012
            sso_role_name = Administrator
            region = us-east-1
            """);

        var result = await build.RunAsync("Preflight");

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("could not be found or loaded", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("aws sso login --profile", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_of_aws_login_is_a_finding_that_names_the_way_round()
    {
        Take(
            "login",
            """
            [profile login]
            login_session = arn:aws:iam::123456789012:user/ada
            region = us-east-1
            """);

        var result = await build.RunAsync("Preflight");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("eval \"$(aws configure export-credentials --format env)\"", result.Output, StringComparison.Ordinal);
    }

    private void Take(string profile, string configuration)
    {
        File.WriteAllText(_folder.File("config"), configuration);
        build.Settings["AWS_ACCESS_KEY_ID"] = build.Settings["AWS_SECRET_ACCESS_KEY"] = null;
        build.Settings["HOME"] = _folder.Path;
        build.Settings["AWS_CONFIG_FILE"] = _folder.File("config");
        build.Settings["AWS_PROFILE"] = profile;
        build.Settings["AWS_ENDPOINT_URL_STS"] = build.Aws.Endpoint.AbsoluteUri;
    }
}
