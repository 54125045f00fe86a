using System.Globalization;
using System.Text.RegularExpressions;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Tests.Environments.Settings;

public sealed class EnvironmentSettingsTests
{
    private static readonly Dictionary<string, string> None = [];

    private static readonly Dictionary<string, string> Required = new()
    {
        ["VECTORDB_REGION"] = "eu-central-1",
        ["VECTORDB_ACCOUNT"] = "123456789012",
        ["VECTORDB_DOMAIN_NAME"] = "api.example.org",
        ["VECTORDB_IMAGE_ID"] = "ami-0123456789abcdef0",
        ["VECTORDB_COMPOSE_SHA256"] = new string('a', 64),
        ["VECTORDB_CA_BUNDLE_SHA256"] = new string('d', 64),
    };

    [Fact]
    public void The_template_in_the_repository_says_what_the_catalogue_says()
    {
        var path = Path.Combine(Repository.Root, SettingsTemplate.FileName);
        if (Environment.GetEnvironmentVariable(Snapshots.AcceptVariable) == "1")
        {
            File.WriteAllText(path, SettingsTemplate.Text());
        }

        Assert.Equal(SettingsTemplate.Text(), File.ReadAllText(path));
    }

    [Fact]
    public void The_days_that_the_services_keep_a_task_by_default_are_the_ones_that_an_upload_is_compared_with() =>
        Assert.Equal(VectorDb.Core.Configuration.Settings.TaskRetentionDays.Default, SettingsCatalogue.DefaultTaskRetentionDays.ToString(CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("VECTORDB_SCAN_THRESHOLD", "high", "takes CRITICAL or HIGH or MEDIUM or LOW or NONE")]
    [InlineData("VECTORDB_EMBEDDER", "OpenAI", "takes openai or hashing")]
    [InlineData("VECTORDB_APPROVAL", "yes", "takes required or none")]
    [InlineData("VECTORDB_WEB_MINIMUM", "2.5", "takes a whole number, for example 2")]
    [InlineData("VECTORDB_WEB_MINIMUM", "02", "takes a whole number, for example 2")]
    [InlineData("VECTORDB_LATENCY_SECONDS", ".5", "takes a number, for example 2 or 0.5")]
    [InlineData("VECTORDB_MONTHLY_BUDGET_USD", "1,000", "takes a number, for example 2 or 0.5")]
    [InlineData("VECTORDB_REGION", "Frankfurt", "takes the name of a region, for example eu-central-1")]
    [InlineData("VECTORDB_REGION", "us-gov-west-1", "takes a region of the partition aws, the only one that is supported: aws-us-gov ")]
    [InlineData("VECTORDB_REGION", "cn-north-1", "takes a region of the partition aws, the only one that is supported: aws-cn ")]
    [InlineData("VECTORDB_REGION", "us-iso-east-1", "takes a region of the partition aws, the only one that is supported: aws-iso ")]
    [InlineData("VECTORDB_REGION", "eusc-de-east-1", "takes a region of the partition aws, the only one that is supported: aws-eusc ")]
    [InlineData("VECTORDB_ACCOUNT", "1234-5678-9012", "takes 12 digits")]
    [InlineData("VECTORDB_DATABASE_VERSION", "16.9", "takes 17 or 17.x")]
    [InlineData("VECTORDB_AWS_ENDPOINT", "localhost:9", "takes an address, for example http://127.0.0.1:5000")]
    public void A_value_that_cannot_be_taken_is_refused_and_never_taken_for_none(string name, string value, string reason)
    {
        var error = Assert.Throws<SettingsException>(() => EnvironmentSettings.Load("production", None, new Dictionary<string, string>(Required) { [name] = value }, None));

        Assert.Contains($"{name} {reason}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("us-east-1")]
    [InlineData("eu-south-2")]
    [InlineData("ap-southeast-7")]
    [InlineData("me-central-1")]
    public void A_region_of_the_partition_aws_is_taken(string region) =>
        Assert.Equal(region, EnvironmentSettings.Load("production", None, new Dictionary<string, string>(Required) { ["VECTORDB_REGION"] = region }, None)[SettingsCatalogue.Region]);

    [Theory]
    [InlineData("31", "90")]
    [InlineData("31", "31")]
    [InlineData("30", null)]
    public void An_upload_that_goes_before_the_task_whose_retry_reads_it_is_refused_with_both_settings_and_the_way_out(string uploads, string? tasks)
    {
        var file = new Dictionary<string, string>(Required) { ["VECTORDB_UPLOAD_DAYS"] = uploads };
        var variables = tasks is null ? None : new Dictionary<string, string> { ["VECTORDB_TASK_RETENTION_DAYS"] = tasks };

        var error = Assert.Throws<SettingsException>(() => EnvironmentSettings.Load("production", variables, file, None));

        var kept = int.Parse(tasks ?? "30", CultureInfo.InvariantCulture);
        Assert.Contains($"VECTORDB_UPLOAD_DAYS is {uploads} (.env.production) and VECTORDB_TASK_RETENTION_DAYS is {kept} ({(tasks is null ? "default" : "environment variable")})", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Set VECTORDB_UPLOAD_DAYS to {kept + 1} or more", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("91", "90")]
    [InlineData("31", "a while")]
    public void Days_that_agree_or_that_only_the_services_can_judge_are_taken(string uploads, string tasks) => Assert.Equal(
        uploads,
        EnvironmentSettings.Load("production", None, new Dictionary<string, string>(Required) { ["VECTORDB_UPLOAD_DAYS"] = uploads, ["VECTORDB_TASK_RETENTION_DAYS"] = tasks }, None)[SettingsCatalogue.UploadDays]);

    [Theory]
    [InlineData("VECTORDB_OPENAI_BASE_URL", "https://ada:s3cret@proxy.example.org/v1")]
    [InlineData("VECTORDB_OPENAI_BASE_URL", "ada:s3cret@proxy.example.org")]
    [InlineData("VECTORDB_AWS_ENDPOINT", "http://s3cret@127.0.0.1:5000")]
    public void An_address_with_a_user_in_it_is_refused_and_never_repeated(string name, string value)
    {
        var error = Assert.Throws<SettingsException>(() => EnvironmentSettings.Load("production", None, new Dictionary<string, string>(Required) { [name] = value }, None));

        Assert.StartsWith($"{name} takes an address, for example ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.example.org")]
    [InlineData("http://127.0.0.1:11434/v1/")]
    [InlineData("https://api.example.org/models/@company/v1")]
    public void An_address_of_an_embeddings_service_may_have_a_path(string value) =>
        Assert.Equal(value, EnvironmentSettings.Load("production", None, new Dictionary<string, string>(Required) { ["VECTORDB_OPENAI_BASE_URL"] = value }, None).OfServices()["VECTORDB_OPENAI_BASE_URL"]);

    [Fact]
    public void A_copy_of_the_template_with_the_required_values_filled_in_is_complete()
    {
        var text = Required.Aggregate(SettingsTemplate.Text(), (file, pair) => file.Replace($"\n{pair.Key}=\n", $"\n{pair.Key}={pair.Value}\n"));
        var settings = EnvironmentSettings.Load("production", None, SettingsFile.Parse("production", text), None);
        Assert.Equal("api.example.org", settings.TerraformVariables()["domain_name"]!.GetValue<string>());
    }

    [Fact]
    public void Environment_variables_win_over_the_file_over_the_parameter_store_over_defaults()
    {
        string[] names = ["VECTORDB_NAT", "VECTORDB_WEB_MINIMUM", "VECTORDB_WEB_MAXIMUM", "VECTORDB_ZONE_COUNT"];
        var variables = new Dictionary<string, string> { [names[0]] = "single" };
        var file = new Dictionary<string, string>(Required) { [names[0]] = "per_zone", [names[1]] = "3" };
        var parameters = new Dictionary<string, string> { ["web-minimum"] = "4", ["web-maximum"] = "8" };
        var settings = EnvironmentSettings.Load("staging", variables, file, parameters);
        Assert.Equal(
            [("single", "environment variable"), ("3", ".env.staging"), ("8", "/vectordb/staging/settings/web-maximum"), ("2", "default")],
            names.Select(name => SettingsCatalogue.All.Single(setting => setting.Name == name)).Select(setting => (settings[setting]!, settings.SourceOf(setting)!)));
    }

    [Theory]
    [InlineData("VECTORDB_DOMAIN_NMAE=x", "did you mean VECTORDB_DOMAIN_NAME?")]
    [InlineData("COLOUR=blue", "COLOUR is no setting; .env.production.template lists them all.")]
    [InlineData("VECTORDB_OPENAI_API_KEY=sk-1", "is a secret and belongs in no file: ./build.sh --target=PutSecret --environment=production --name=openai-api-key")]
    [InlineData("VECTORDB_REDIS_PASSWORD=sk-1", "is a secret and belongs in no file: ./build.sh --target=RotateSecret --environment=production --name=redis-password")]
    [InlineData("VECTORDB_NAT", "is no NAME=value; a name has capital letters, digits and underscores.")]
    [InlineData("sk-1", "is no NAME=value")]
    [InlineData("c2stMQsk-1==", "is no NAME=value")]
    public void A_line_that_means_nothing_is_an_error_with_its_number(string line, string expected)
    {
        var error = Assert.Throws<SettingsException>(() => SettingsFile.Parse("production", $"# comment\n\n{line}\n"));
        Assert.StartsWith(".env.production(3): ", error.Message);
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain("sk-1", error.Message);
    }

    [Fact]
    public void A_name_that_is_set_twice_is_an_error() =>
        Assert.Contains("set twice", Assert.Throws<SettingsException>(() => SettingsFile.Parse("production", "VECTORDB_NAT=single\nVECTORDB_NAT=per_zone")).Message);

    [Fact]
    public void Everything_that_is_missing_or_wrong_is_said_at_once()
    {
        var error = Assert.Throws<SettingsException>(() => EnvironmentSettings.Load(
            "production", new Dictionary<string, string> { ["VECTORDB_WEB_MINIMUM"] = "two", ["VECTORDB_FIREWALL"] = "yes" }, None, None));
        Assert.Contains("VECTORDB_WEB_MINIMUM takes a whole number, for example 2, and is 'two' (environment variable).", error.Message);
        Assert.Contains("VECTORDB_FIREWALL takes true or false", error.Message);
        Assert.Contains("VECTORDB_DOMAIN_NAME is not set", error.Message);
    }

    [Fact]
    public void Settings_become_typed_variables_of_Terraform()
    {
        var file = new Dictionary<string, string>(Required) { ["VECTORDB_CLIENT_CIDRS"] = "10.0.0.0/8, 192.0.2.0/24" };
        var variables = EnvironmentSettings.Load("production", None, file, None).TerraformVariables();
        Assert.Equal("""["10.0.0.0/8","192.0.2.0/24"]""", variables["client_cidrs"]!.ToJsonString());
        Assert.Equal(0.5, variables["database"]!["minimum_capacity"]!.GetValue<double>());
        Assert.True(variables["deletion_protection"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("terraform")]
    [InlineData("terraform/foundation")]
    public void Every_variable_that_a_setting_becomes_is_one_of_Terraforms(string root)
    {
        var declared = File.ReadAllText(Path.Combine(Repository.Root, root, "variables.tf"));
        foreach (var variable in SettingsCatalogue.All.Select(setting => root == "terraform" ? setting.Variable : setting.FoundationVariable).OfType<string>())
        {
            var parts = variable.Split('.');
            var block = Regex.Match(declared, $$"""variable "{{parts[0]}}" \{(?<body>.*?)\n\}""", RegexOptions.Singleline);
            Assert.True(block.Success && (parts.Length == 1 || Regex.IsMatch(block.Groups["body"].Value, $@"\b{parts[1]}\b\s*=")), variable);
        }
    }

    [Fact]
    public void Every_setting_of_the_services_is_one_that_they_know()
    {
        var known = VectorDb.Core.Configuration.Settings.All.Where(setting => !setting.Secret).Select(setting => setting.Name).ToHashSet();
        Assert.All(SettingsCatalogue.All.Where(setting => setting.IsOfServices), setting => Assert.Contains(setting.Name, known));
    }

    [Fact]
    public void Every_secret_that_instances_read_is_one_that_the_services_know()
    {
        var known = VectorDb.Core.Configuration.Settings.All.Where(setting => setting.Secret).Select(setting => setting.Name).ToHashSet();
        Assert.All(SecretCatalogue.All.Select(secret => secret.Setting).OfType<string>(), name => Assert.Contains(name, known));
    }

    [Fact]
    public void Secrets_of_the_services_are_never_settings() =>
        Assert.Empty(VectorDb.Core.Configuration.Settings.All.Where(setting => setting.Secret).Select(setting => setting.Name)
            .Intersect(SettingsCatalogue.All.Select(setting => setting.Name)));
}
