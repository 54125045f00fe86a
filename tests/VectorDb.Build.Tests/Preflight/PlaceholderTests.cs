using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Preflight;

namespace VectorDb.Build.Tests.Preflight;

public sealed class PlaceholderTests
{
    private static readonly Dictionary<string, string> None = [];

    [Theory]
    [InlineData("VECTORDB_DOMAIN_NAME", "api.example.com")]
    [InlineData("VECTORDB_DOMAIN_NAME", "vectordb.test")]
    [InlineData("VECTORDB_ALARM_EMAILS", "ops@example.org")]
    [InlineData("VECTORDB_GITHUB_SUBJECTS", "repo:your-org/vectordb:environment:production")]
    [InlineData("VECTORDB_STATE_BUCKET", "changeme")]
    [InlineData("VECTORDB_CERTIFICATE_ARN", "arn:aws:acm:eu-central-1:<account>:certificate/1")]
    public void A_value_that_nobody_filled_in_is_found_by_its_name(string setting, string value)
    {
        var finding = Assert.Single(Find((setting, value)));

        Assert.Equal("setting-placeholder", finding.Id);
        Assert.Equal($"{setting} is '{value}' (.env.production)", finding.What);
    }

    [Theory]
    [InlineData("VECTORDB_DOMAIN_NAME", "api.counterexample.com")]
    [InlineData("VECTORDB_DOMAIN_NAME", "testing.vectordb.dev")]
    [InlineData("VECTORDB_STATE_BUCKET", "exchange-memory")]
    public void A_real_value_is_no_placeholder(string setting, string value) => Assert.Empty(Find((setting, value)));

    [Fact]
    public void A_rehearsal_may_have_a_reserved_domain_but_no_placeholder()
    {
        var found = Find(("VECTORDB_AWS_ENDPOINT", "http://127.0.0.1:5000"), ("VECTORDB_DOMAIN_NAME", "api.rehearsal.example.org"), ("VECTORDB_STATE_BUCKET", "your-org-state"));

        Assert.Contains("VECTORDB_STATE_BUCKET", Assert.Single(found).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_that_is_none_is_found() =>
        Assert.Equal("setting-hash", Assert.Single(Find(("VECTORDB_COMPOSE_SHA256", "abc"))).Id);

    private static List<Finding> Find(params (string Name, string Value)[] values)
    {
        var file = new Dictionary<string, string>
        {
            ["VECTORDB_REGION"] = "eu-central-1",
            ["VECTORDB_ACCOUNT"] = "123456789012",
            ["VECTORDB_DOMAIN_NAME"] = "api.vectordb.dev",
            ["VECTORDB_IMAGE_ID"] = "ami-0123456789abcdef0",
            ["VECTORDB_COMPOSE_SHA256"] = new string('a', 64),
            ["VECTORDB_CA_BUNDLE_SHA256"] = new string('b', 64),
        };
        values.ToList().ForEach(each => file[each.Name] = each.Value);
        return [.. PlaceholderCheck.Find(EnvironmentSettings.Load("production", None, file, None), "production")];
    }
}
