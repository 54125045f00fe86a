using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Tests.Environments.Settings;

public sealed class StoredSettingsTests : IDisposable
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["VECTORDB_REGION"] = "eu-central-1",
        ["VECTORDB_ACCOUNT"] = "123456789012",
        ["VECTORDB_COMPOSE_SHA256"] = new string('a', 64),
        ["VECTORDB_CA_BUNDLE_SHA256"] = new string('d', 64),
        ["VECTORDB_NAT"] = "single",
    };

    private static readonly Dictionary<string, string> Parameters = new() { ["domain-name"] = "api.vectordb.test", ["image-id"] = "ami-12345678" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_the_file_says_is_stored_without_what_is_needed_to_find_the_store()
    {
        await File.WriteAllTextAsync(
            _folder.File(".env.staging"), "VECTORDB_REGION=eu-central-1\nVECTORDB_ACCOUNT=123456789012\nVECTORDB_NAT=per_zone\nVECTORDB_AWS_ENDPOINT=http://127.0.0.1:1\n", TestContext.Current.CancellationToken);

        // The variable of one run is not the environment's setting.
        Assert.Equal([KeyValuePair.Create("nat", "per_zone")], await OfAsync());
    }

    [Fact]
    public async Task Without_a_file_what_is_stored_stays_as_it_is() => Assert.Equal(Parameters.OrderBy(each => each.Key), (await OfAsync()).OrderBy(each => each.Key));

    private Task<IReadOnlyDictionary<string, string>> OfAsync() => StoredSettings.OfAsync(
        _folder.Path, "staging", EnvironmentSettings.Load("staging", Variables, new Dictionary<string, string>(), Parameters), TestContext.Current.CancellationToken);
}
