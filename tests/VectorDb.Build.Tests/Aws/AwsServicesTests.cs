using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Releases;
using VectorDb.Build.Tests.Secrets;

namespace VectorDb.Build.Tests.Aws;

[Trait(Suites.Trait, Suites.Full)]
public sealed class AwsServicesTests : MotoTest
{
    private const string Repository = "vectordb-api/app";

    [Fact]
    public async Task A_secret_is_given_a_value_which_is_replaced_and_read_back()
    {
        await Endpoint.CreateSecretContainerAsync("vectordb/test/api", Token);
        var first = await Aws.SecretsManager.PutAsync("vectordb/test/api", "one", Token);
        var second = await Aws.SecretsManager.PutAsync("vectordb/test/api", "two", Token);

        Assert.NotEqual(first, second);
        Assert.Equal("two", await Aws.SecretsManager.ReadAsync("vectordb/test/api", Token));
        Assert.Equal(second, (await Aws.SecretsManager.FindAsync("vectordb/test/api", Token))!.CurrentVersion);
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_not_an_error()
    {
        Assert.Null(await Aws.SecretsManager.FindAsync("vectordb/test/none", Token));
        Assert.Null(await Aws.AutoScaling.FindGroupAsync("none", Token));
        Assert.Empty(await Aws.Logs.TailAsync("/none", null, DateTimeOffset.UnixEpoch, 10, Token));
        Assert.Empty(await Aws.CloudWatch.AlarmsAsync(["none"], Token));
    }

    [Fact]
    public async Task A_registry_login_names_its_user_and_never_prints_its_password()
    {
        var login = await Aws.Ecr.LogInAsync(Token);

        Assert.Equal("AWS", login.User);
        Assert.NotEmpty(login.Password);
        Assert.DoesNotContain(login.Password, login.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_repository_is_an_error_with_the_code_of_the_service()
    {
        var error = await Assert.ThrowsAsync<AwsException>(() => Aws.Ecr.FindAsync("vectordb-api/none", "latest", Token));

        Assert.Equal("RepositoryNotFoundException", error.Code);
        Assert.Contains("ecr DescribeImages", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_of_an_image_is_null_until_one_has_begun_and_then_tells_what_it_found()
    {
        var digest = await PutImageAsync();
        Assert.NotNull(await Aws.Ecr.FindAsync(Repository, digest, Token));
        Assert.Null(await Aws.Ecr.FindScanAsync(Repository, digest, Token));
        Assert.Null(await Aws.Ecr.FindScanAsync(Repository, ContentHash.OfText("none").ToString(), Token));
        await Aws.Ecr.StartScanAsync(Repository, digest, Token);

        var scan = await Aws.Ecr.FindScanAsync(Repository, digest, Token);

        Assert.NotNull(scan!.CompletedAt);
        Assert.Equal(("COMPLETE", "The scan was completed successfully."), (scan.Status, scan.Description));
        Assert.Equal(new Dictionary<string, int> { ["HIGH"] = 1 }, scan.Findings);
        // Once a day: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html
        await Aws.Ecr.StartScanAsync(Repository, digest, Token);
    }

    [Fact]
    public async Task A_scan_that_goes_on_as_long_as_the_image_lives_tells_what_it_has_found()
    {
        var digest = await PutImageAsync();
        await CallEcrAsync("StartImageScan", new { repositoryName = Repository, imageId = new { imageDigest = digest } });
        // As enhanced scanning answers: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
        using var http = new HttpClient();
        using var content = new StringContent(
            JsonSerializer.Serialize(new
            {
                region = EmulatedAws.Region,
                results = new[]
                {
                    new
                    {
                        repositoryName = Repository,
                        imageId = new { imageDigest = digest },
                        imageScanStatus = new { status = "ACTIVE", description = "Continuous scan is selected for image." },
                        imageScanFindings = new { enhancedFindings = new[] { new { severity = "CRITICAL", status = "ACTIVE" } }, findingSeverityCounts = new { CRITICAL = 1, UNTRIAGED = 2 } },
                    },
                },
            }),
            Encoding.UTF8,
            "application/json");
        using var set = await http.PostAsync(new Uri(Endpoint, "moto-api/static/ecr/scan-finding-results"), content, Token);
        set.EnsureSuccessStatusCode();

        var scan = await Aws.Ecr.FindScanAsync(Repository, digest, Token);

        Assert.Equal("ACTIVE", scan!.Status);
        Assert.Equal(1, scan.Findings["CRITICAL"]);
    }

    [Fact]
    public async Task A_failed_query_call_carries_its_code_too()
    {
        var error = await Assert.ThrowsAsync<AwsException>(() => Aws.LoadBalancing.TargetHealthAsync(
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef", Token));

        Assert.Equal("TargetGroupNotFound", error.Code);
    }

    [Fact]
    public async Task A_throttled_call_is_signed_and_tried_again()
    {
        List<string> signatures = [];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/", (HttpRequest request) =>
        {
            signatures.Add(request.Headers.Authorization.ToString());
            return signatures.Count < 3
                ? Results.Text("""{"__type":"ThrottlingException","message":"slow down"}""", statusCode: (int)HttpStatusCode.BadRequest)
                : Results.Text("""{"SecretString":"late"}""");
        });
        await app.StartAsync(Token);
        using var aws = Connect(new Uri(app.Urls.Single()));

        Assert.Equal("late", await aws.SecretsManager.ReadAsync("any", Token));
        Assert.Equal(3, signatures.Count);
        Assert.All(signatures, static signature => Assert.Contains("/secretsmanager/aws4_request", signature, StringComparison.Ordinal));
    }

    /// <returns>Digest of an image that nobody has scanned.</returns>
    private async Task<string> PutImageAsync()
    {
        await CallEcrAsync("CreateRepository", new { repositoryName = Repository });
        const string Manifest = """{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"digest":"sha256:1"},"layers":[]}""";
        var put = await CallEcrAsync("PutImage", new { repositoryName = Repository, imageManifest = Manifest, imageTag = "one" });
        return put.GetProperty("image").GetProperty("imageId").GetProperty("imageDigest").GetString()!;
    }

    private async Task<JsonElement> CallEcrAsync(string action, object input)
    {
        var transport = new AwsTransport(new AwsConnection(EmulatedAws.Region, new BasicAWSCredentials("test", "test"), Endpoint), "ecr", TimeProvider.System);
        using var protocol = new AwsJsonProtocol(transport, Endpoint, "AmazonEC2ContainerRegistry_V20150921");
        return await protocol.CallAsync<JsonElement>(action, input, Token);
    }
}
