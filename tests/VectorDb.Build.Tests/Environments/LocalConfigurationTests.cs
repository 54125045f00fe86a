using VectorDb.Build.Environments.Local;
using ServiceSettings = VectorDb.Core.Configuration.Settings;
using SettingsException = VectorDb.Build.Environments.Settings.SettingsException;

namespace VectorDb.Build.Tests.Environments;

public sealed class LocalConfigurationTests
{
    private static readonly string[] Families = ["VECTORDB_LIMIT_", "VECTORDB_OPENAI_", "VECTORDB_WORKER_"];

    [Fact]
    public void Settings_of_the_shell_reach_the_configuration_but_secrets_and_unknown_ones_do_not()
    {
        var settings = LocalConfiguration.From(new Dictionary<string, string>
        {
            ["VECTORDB_EMBEDDER"] = "openai",
            ["VECTORDB_LIMIT_BATCH_RECORDS"] = "10",
            ["VECTORDB_OPENAI_REQUESTS_PER_SECOND"] = "50",
            ["VECTORDB_OPENAI_API_KEY"] = "s3cret",
            ["VECTORDB_OPENAI_KEY"] = "s3cret",
            ["VECTORDB_LIMIT_SECRET"] = "s3cret",
            ["VECTORDB_WORKER_API_KEY"] = "s3cret",
            ["VECTORDB_WORKER_MINIMUM"] = "2",
            ["VECTORDB_HOME"] = "/x",
        });

        Assert.Equal("openai", settings["VECTORDB_EMBEDDER"]);
        Assert.Equal("10", settings["VECTORDB_LIMIT_BATCH_RECORDS"]);
        Assert.Equal("50", settings["VECTORDB_OPENAI_REQUESTS_PER_SECOND"]);
        Assert.DoesNotContain("s3cret", settings.Values);
        Assert.DoesNotContain(settings.Keys, static name => name is "VECTORDB_HOME" or "VECTORDB_WORKER_MINIMUM");
    }

    [Fact]
    public void Everything_that_is_taken_is_a_setting_of_the_services_and_no_secret()
    {
        var known = ServiceSettings.All.Where(static setting => !setting.Secret).Select(static setting => setting.Name).ToHashSet();
        var every = ServiceSettings.All.Select(static setting => KeyValuePair.Create(setting.Name, "x"));

        Assert.Subset(known, LocalConfiguration.From([.. every, KeyValuePair.Create("VECTORDB_OPENAI_KEY", "x")]).Keys.ToHashSet());
    }

    [Fact]
    public void Every_setting_of_a_family_that_is_no_secret_is_taken()
    {
        var family = ServiceSettings.All.Where(static setting => !setting.Secret && Families.Any(start => setting.Name.StartsWith(start, StringComparison.Ordinal))).Select(static setting => setting.Name).ToHashSet();

        Assert.Subset(LocalConfiguration.From(family.Select(static name => KeyValuePair.Create(name, "x"))).Keys.ToHashSet(), family);
    }

    [Theory]
    [InlineData("VECTORDB_OPENAI_KEY", "s3cret", "VECTORDB_OPENAI_KEY is no setting of the services; docs/settings.md lists them all. A secret goes into a file named like its setting: /home/local/secrets/VECTORDB_OPENAI_API_KEY")]
    [InlineData("VECTORDB_OPENAI_APIKEY", "s3cret", "did you mean VECTORDB_OPENAI_API_KEY?")]
    [InlineData("VECTORDB_WORKER_CONCURENCY", "2", "did you mean VECTORDB_WORKER_CONCURRENCY?")]
    [InlineData("VECTORDB_LIMIT_SECRET", "s3cret", "is no setting")]
    [InlineData("VECTORDB_OPENAI_BASE_URL", "https://ada:s3cret@proxy.example.org/v1", "VECTORDB_OPENAI_BASE_URL takes an address")]
    public async Task What_the_services_could_not_take_stops_a_deploy_and_its_value_is_not_repeated(string name, string value, string expected)
    {
        var error = await Assert.ThrowsAsync<SettingsException>(() => PreflightAsync((name, value), ("VECTORDB_EMBEDDER", "openai")));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_of_other_environments_of_the_build_itself_and_secrets_stop_nothing() => await PreflightAsync(
        ("VECTORDB_WORKER_MINIMUM", "2"), ("VECTORDB_DOMAIN_NAME", "api.example.org"), ("VECTORDB_HOME", "/x"), ("VECTORDB_OPENAI_API_KEY", "s3cret"), ("VECTORDB_OPENAI_KEY", ""), ("PATH", "/bin"));

    private static Task PreflightAsync(params (string Name, string Value)[] variables) =>
        new LocalPreflight(variables.Select(static variable => KeyValuePair.Create(variable.Name, variable.Value)), new LocalHome("/home"))
            .EnsureAsync(TestContext.Current.CancellationToken);
}
