using Microsoft.Extensions.Configuration;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Tests.Configuration;

public sealed class SettingsTests
{
    [Fact]
    public void Nothing_set_is_the_local_default()
    {
        var settings = Load();

        Assert.True(settings.IsLocal);
        Assert.Equal(StoreKind.Embedded, settings.Get(Settings.Store));
        Assert.Equal(384, settings.Get(Settings.EmbedderDimension));
        Assert.Null(settings.Get(Settings.Redis));
    }

    [Theory]
    [InlineData("VECTORDB_STORE", "oracle", "embedded or postgres")]
    [InlineData("VECTORDB_STORE", "1", "embedded or postgres")]
    [InlineData("VECTORDB_EMBEDDER_DIMENSION", "0", "1 to 16000")]
    [InlineData("VECTORDB_EMBEDDER_DIMENSION", "99999999999999999999", "1 to 16000")]
    [InlineData("VECTORDB_REDIS_TLS", "perhaps", "true or false")]
    [InlineData("VECTORDB_OPENAI_BASE_URL", "localhost", "absolute http or https URL")]
    [InlineData("VECTORDB_SECRETS_DIRECTORY", "/no/such/folder", "a folder that exists")]
    public void A_wrong_value_is_refused_with_the_setting_and_what_it_takes(string name, string value, string allowed)
    {
        var message = Assert.Throws<SettingsException>(() => Load((name, value))).Message;

        Assert.Contains(name, message);
        Assert.Contains(value, message);
        Assert.Contains(allowed, message);
    }

    [Theory]
    [InlineData("VECTORDB_STORE", "postgres", "VECTORDB_POSTGRES")]
    [InlineData("VECTORDB_TASKS", "dynamodb", "VECTORDB_TASKS_TABLE")]
    [InlineData("VECTORDB_FILES", "s3", "VECTORDB_FILES_BUCKET")]
    [InlineData("VECTORDB_EMBEDDER", "openai", "VECTORDB_OPENAI_API_KEY")]
    [InlineData("VECTORDB_KEYS", "redis", "VECTORDB_REDIS")]
    [InlineData("VECTORDB_ENVIRONMENT", "production", "VECTORDB_AUTH=apikey")]
    public void A_choice_that_needs_another_setting_names_it(string name, string value, string needed) =>
        Assert.Contains(needed, Assert.Throws<SettingsException>(() => Load((name, value))).Message);

    [Theory]
    [InlineData("text-embedding-ada-002", "", "VECTORDB_EMBEDDER_DIMENSION is 384, but VECTORDB_OPENAI_MODEL=text-embedding-ada-002 makes vectors of 1536 numbers and no others; set it to 1536.")]
    [InlineData("text-embedding-3-small", "1537", "1536 numbers at most")]
    [InlineData("text-embedding-3-large", "3073", "3072 numbers at most")]
    public void A_model_that_makes_no_vectors_of_that_length_is_refused(string model, string dimension, string problem) =>
        Assert.Contains(problem, Assert.Throws<SettingsException>(() => LoadOpenAi(model, dimension)).Message);

    [Theory]
    [InlineData("text-embedding-ada-002", "1536")]
    [InlineData("text-embedding-3-small", "")]
    [InlineData("text-embedding-3-large", "3072")]
    [InlineData("nomic-embed-text", "768")]
    public void A_model_that_does_or_is_not_known_is_taken(string model, string dimension) =>
        Assert.Equal(model, LoadOpenAi(model, dimension).Get(Settings.OpenAiModel));

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var message = Assert.Throws<SettingsException>(() => Load(("VECTORDB_STORE", "x"), ("VECTORDB_FILES", "y"))).Message;

        Assert.Equal(2, message.Split('\n').Length);
    }

    [Theory]
    [InlineData("https://ada:s3cret@proxy.example.org/v1")]
    [InlineData("https://s3cret@proxy.example.org/v1")]
    [InlineData("ada:s3cret@proxy.example.org")]
    public void An_address_with_a_user_in_it_is_refused_and_never_repeated(string value)
    {
        var message = Assert.Throws<SettingsException>(() => Load(("VECTORDB_OPENAI_BASE_URL", value))).Message;

        Assert.Equal("VECTORDB_OPENAI_BASE_URL is '***'; it takes an absolute http or https URL without a user.", message);
    }

    [Fact]
    public void An_empty_value_is_no_value() => Assert.Null(Load(("VECTORDB_AWS_ENDPOINT", "")).Get(Settings.AwsEndpoint));

    [Fact]
    public void The_catalogue_names_every_setting_once_and_describes_it()
    {
        var declared = typeof(Settings).GetFields().Select(static field => field.GetValue(null)).OfType<Setting>().ToList();

        Assert.Equal(declared.Order(Comparer<Setting>.Create(ByName)), Settings.All.Order(Comparer<Setting>.Create(ByName)));
        Assert.Equal(declared.Count, declared.Select(static setting => setting.Name).Distinct().Count());
        Assert.All(declared, static setting => Assert.EndsWith(".", setting.Description));
    }

    private static int ByName(Setting left, Setting right) => string.CompareOrdinal(left.Name, right.Name);

    private static ApplicationSettings LoadOpenAi(string model, string dimension) => Load(
        ("VECTORDB_EMBEDDER", "openai"), ("VECTORDB_OPENAI_API_KEY", "key"), ("VECTORDB_OPENAI_MODEL", model), ("VECTORDB_EMBEDDER_DIMENSION", dimension));

    private static ApplicationSettings Load(params (string Name, string Value)[] values) => ApplicationSettings.Load(
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(static pair => pair.Name, static pair => (string?)pair.Value)).Build());
}
