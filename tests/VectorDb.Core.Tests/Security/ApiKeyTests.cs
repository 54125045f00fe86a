using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Core.Configuration;
using VectorDb.Core.Security;

namespace VectorDb.Core.Tests.Security;

public sealed class ApiKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_is_found_by_itself_and_stored_only_as_its_hash()
    {
        var plain = DataFile.Create("smoke test", Scope.Write);

        var found = Ring().Find(plain);

        Assert.Equal(("smoke test", Scope.Write), (found!.Name, found.Scope));
        Assert.DoesNotContain(plain, File.ReadAllText(_folder.File("api-keys")));
    }

    [Fact]
    public void A_key_with_one_character_changed_is_unknown()
    {
        var plain = DataFile.Create("reader", Scope.Read);
        var last = plain[^1] == '0' ? '1' : '0';

        Assert.Null(Ring().Find(plain[..^1] + last));
        Assert.Null(Ring().Find(plain[..^1]));
        Assert.Null(Ring().Find(""));
        Assert.Null(Ring().Find(ApiKey.Create("other", Scope.Read).Plain));
    }

    [Fact]
    public void A_key_made_while_running_counts_at_once_and_one_revoked_within_a_second()
    {
        var ring = Ring();
        var plain = DataFile.Create("late", Scope.Admin);

        Assert.NotNull(ring.Find(plain));

        File.Delete(_folder.File("api-keys"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(ring.Find(plain));
    }

    [Fact]
    public void A_key_removed_from_the_secrets_directory_is_refused_without_a_restart()
    {
        using var secrets = new TemporaryFolder();
        var (kept, plainKept) = ApiKey.Create("kept", Scope.Read);
        var (revoked, plainRevoked) = ApiKey.Create("revoked", Scope.Read);
        File.WriteAllText(secrets.File("VECTORDB_API_KEYS"), $"{kept.ToLine()}\n{revoked.ToLine()}\n");
        var ring = Ring(("VECTORDB_SECRETS_DIRECTORY", secrets.Path));
        Assert.NotNull(ring.Find(plainRevoked));

        File.WriteAllText(secrets.File("VECTORDB_API_KEYS"), $"{kept.ToLine()}\n");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find(plainRevoked));
        Assert.NotNull(ring.Find(plainKept));
    }

    [Fact]
    public void A_spoilt_file_locks_nobody_out()
    {
        var plain = DataFile.Create("reader", Scope.Read);
        var ring = Ring();

        File.WriteAllText(_folder.File("api-keys"), "rubbish");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(ring.Find(plain));
    }

    [Fact]
    public void Keys_come_from_the_secrets_directory_and_the_environment_as_well()
    {
        using var secrets = new TemporaryFolder();
        var (inFile, plainInFile) = ApiKey.Create("file", Scope.Read);
        var (inVariable, plainInVariable) = ApiKey.Create("variable", Scope.Read);
        File.WriteAllText(secrets.File("VECTORDB_API_KEYS"), inFile.ToLine());

        var ring = Ring(("VECTORDB_SECRETS_DIRECTORY", secrets.Path), ("VECTORDB_API_KEYS", inVariable.ToLine()));

        Assert.Equal(2, ring.Count);
        Assert.NotNull(ring.Find(plainInFile));
        Assert.NotNull(ring.Find(plainInVariable));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("0123abcd 2 aaaa name")]
    public void Keys_that_cannot_be_read_at_start_name_the_setting(string lines) =>
        Assert.Contains("VECTORDB_API_KEYS", Assert.Throws<SettingsException>(() => Ring(("VECTORDB_API_KEYS", lines))).Message);

    [Fact]
    public void What_one_host_protects_another_can_read()
    {
        var text = Host().CreateProtector("cookie").Protect("admin");

        Assert.Equal("admin", Host().CreateProtector("cookie").Unprotect(text));
        Assert.NotEmpty(Directory.GetFiles(_folder.File("keys")));
    }

    private ApiKeyFile DataFile => ApiKeyFile.InDataFolder(_folder.Path);

    private IDataProtectionProvider Host() => new ServiceCollection()
        .AddSharedKeys(Load(), static _ => throw new InvalidOperationException("not asked for"))
        .BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();

    private ApiKeyRing Ring(params (string Name, string Value)[] values) => new(Load(values), _time);

    private ApplicationSettings Load(params (string Name, string Value)[] values) => ApplicationSettings.Load(new ConfigurationBuilder()
        .AddKeyPerFile(values.FirstOrDefault(static value => value.Name == "VECTORDB_SECRETS_DIRECTORY").Value ?? _folder.File("no-secrets"), optional: true)
        .AddInMemoryCollection(values.Append(("VECTORDB_DATA", _folder.Path)).ToDictionary(static pair => pair.Item1, static pair => (string?)pair.Item2))
        .Build());
}
