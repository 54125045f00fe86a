using Microsoft.Extensions.Configuration;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Tests.Configuration;

public sealed class LiveSecretTests : IDisposable
{
    private readonly TemporaryFolder _secrets = new();

    public void Dispose() => _secrets.Dispose();

    [Fact]
    public void A_file_that_is_replaced_has_its_new_value_at_the_next_use()
    {
        Write("first");
        var secret = Secret();

        // As an instance does it: beside, then renamed.
        File.WriteAllText(_secrets.File("new"), "second, and longer\n");
        File.Move(_secrets.File("new"), _secrets.File("VECTORDB_REDIS_PASSWORD"), overwrite: true);

        Assert.True(secret.IsFile);
        Assert.Equal("second, and longer", secret.Value);
    }

    [Fact]
    public void A_file_that_is_gone_or_empty_for_a_moment_leaves_the_value_as_it_was()
    {
        Write("first");
        var secret = Secret();
        Assert.Equal("first", secret.Value);

        Write("");
        Assert.Equal("first", secret.Value);
        File.Delete(_secrets.File("VECTORDB_REDIS_PASSWORD"));
        Assert.Equal("first", secret.Value);
        Write("second");
        Assert.Equal("second", secret.Value);
    }

    [Fact]
    public void A_variable_wins_over_the_file_and_never_changes()
    {
        Write("of the file");
        var secret = Secret(variable: "of the variable");

        Write("of another file");

        Assert.False(secret.IsFile);
        Assert.Equal("of the variable", secret.Value);
    }

    [Fact]
    public void A_file_that_is_replaced_while_the_process_starts_is_followed_all_the_same()
    {
        Write("first");
        var settings = Load();

        Write("second");

        Assert.Equal("second", new LiveSecret(settings, Settings.RedisPassword).Value);
    }

    private void Write(string text) => File.WriteAllText(_secrets.File("VECTORDB_REDIS_PASSWORD"), text);

    private LiveSecret Secret(string? variable = null) => new(Load(variable), Settings.RedisPassword);

    private ApplicationSettings Load(string? variable = null)
    {
        var given = new Dictionary<string, string?> { ["VECTORDB_SECRETS_DIRECTORY"] = _secrets.Path };
        if (variable is not null)
        {
            given["VECTORDB_REDIS_PASSWORD"] = variable;
        }

        return ApplicationSettings.Load(new ConfigurationBuilder().AddKeyPerFile(_secrets.Path).AddInMemoryCollection(given).Build());
    }
}
