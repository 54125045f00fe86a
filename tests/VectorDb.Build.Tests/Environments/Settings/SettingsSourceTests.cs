using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Tests.Environments.Settings;

[Trait(Suites.Trait, Suites.Full)]
public sealed class SettingsSourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settings_come_from_the_file_and_from_the_parameter_store_page_by_page()
    {
        await using var moto = await MotoServer.StartAsync(Cancellation);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File(".env.staging"), "VECTORDB_REGION=eu-central-1\nVECTORDB_ACCOUNT=123456789012\nVECTORDB_IMAGE_ID=ami-12345678\n", Cancellation);
        await PutAsync(moto, "compose-sha256", new string('a', 64));
        await PutAsync(moto, "ca-bundle-sha256", new string('d', 64));
        foreach (var name in new[] { "domain-name", "web-maximum", "web-minimum", "nat", "cache-nodes", "zone-count", "backup-retention-days", "latency-seconds", "backlog-alarm", "worker-maximum", "worker-minimum" })
        {
            await PutAsync(moto, name, name switch { "domain-name" => "api.example.org", "nat" => "single", _ => "3" });
        }

        var settings = await Source(moto, folder).LoadAsync("staging", Cancellation);
        Assert.Equal("api.example.org", settings.TerraformVariables()["domain_name"]!.GetValue<string>());
        Assert.Equal("eu-central-1", settings.Require(SettingsCatalogue.Region));
        Assert.Equal("/vectordb/staging/settings/compose-sha256", settings.SourceOf(SettingsCatalogue.ComposeSha256));
    }

    [Fact]
    public async Task A_parameter_that_is_no_setting_is_an_error_with_the_command_that_removes_it()
    {
        await using var moto = await MotoServer.StartAsync(Cancellation);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File(".env.staging"), "VECTORDB_REGION=eu-central-1\n", Cancellation);
        await PutAsync(moto, "domian-name", "x");
        var error = await Assert.ThrowsAsync<SettingsException>(() => Source(moto, folder).LoadAsync("staging", Cancellation));
        Assert.Contains("aws ssm delete-parameter --name /vectordb/staging/settings/domian-name", error.Message);
    }

    [Fact]
    public async Task A_region_of_another_partition_is_refused_before_anything_there_is_asked()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File(".env.staging"), "VECTORDB_REGION=us-gov-west-1\n", Cancellation);
        var source = new SettingsSource(folder.Path, new Dictionary<string, string>(), (region, _, _) => throw new InvalidOperationException($"{region} was asked"));
        var error = await Assert.ThrowsAsync<SettingsException>(() => source.LoadAsync("staging", Cancellation));
        Assert.Contains("VECTORDB_REGION takes a region of the partition aws, the only one that is supported", error.Message);
    }

    private static SettingsSource Source(MotoServer moto, TemporaryFolder folder) => new(folder.Path, new Dictionary<string, string>(), (_, _, _) => Client(moto));

    private static async Task PutAsync(MotoServer moto, string name, string value)
    {
        using var client = Client(moto);
        await client.PutParameterAsync(new PutParameterRequest { Name = $"/vectordb/staging/settings/{name}", Value = value, Type = ParameterType.String }, Cancellation);
    }

    private static AmazonSimpleSystemsManagementClient Client(MotoServer moto) => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonSimpleSystemsManagementConfig { ServiceURL = moto.Endpoint.AbsoluteUri, AuthenticationRegion = "eu-central-1" });
}
