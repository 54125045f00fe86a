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
    private readonly TemporaryFolder _secrets = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose()
    {
        _folder.Dispose();
        _secrets.Dispose();
    }

    [Fact]
    public void A_key_is_found_by_itself_with_its_name_and_scope()
    {
        var plain = Create("write", "smoke test");

        var found = Ring().Find(plain);

        Assert.Equal(("smoke test", Scope.Write), (found!.Name, found.Scope));
    }

    [Fact]
    public void A_key_with_one_character_changed_is_unknown()
    {
        var plain = Create("read");
        var last = plain[^1] == '0' ? '1' : '0';

        Assert.Null(Ring().Find(plain[..^1] + last));
        Assert.Null(Ring().Find(plain[..^1]));
        Assert.Null(Ring().Find(""));
        Assert.Null(Ring().Find(TestApiKey.Create("read").Plain));
    }

    [Fact]
    public void A_key_made_while_running_counts_at_once_and_one_revoked_within_a_second()
    {
        var ring = Ring();
        var plain = Create("admin");

        Assert.NotNull(ring.Find(plain));

        File.Delete(TestApiKey.FileIn(_secrets.Path));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(ring.Find(plain));
    }

    [Fact]
    public void A_key_removed_from_the_secrets_directory_is_refused_without_a_restart()
    {
        var (kept, revoked) = (TestApiKey.Create("read"), TestApiKey.Create("read"));
        File.WriteAllText(TestApiKey.FileIn(_secrets.Path), $"{kept.Line}\n{revoked.Line}\n");
        var ring = Ring();
        Assert.NotNull(ring.Find(revoked.Plain));

        File.WriteAllText(TestApiKey.FileIn(_secrets.Path), $"{kept.Line}\n");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Find(revoked.Plain));
        Assert.NotNull(ring.Find(kept.Plain));
    }

    [Fact]
    public void A_spoilt_file_locks_nobody_out()
    {
        var plain = Create("read");
        var ring = Ring();

        File.WriteAllText(TestApiKey.FileIn(_secrets.Path), "rubbish");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(ring.Find(plain));
    }

    [Fact]
    public void Keys_come_from_the_secrets_directory_and_the_environment_as_well()
    {
        var inFile = Create("read");
        var inVariable = TestApiKey.Create("read");

        var ring = Ring(("VECTORDB_API_KEYS", inVariable.Line));

        Assert.Equal(2, ring.Count);
        Assert.NotNull(ring.Find(inFile));
        Assert.NotNull(ring.Find(inVariable.Plain));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("0123abcd 2 aaaa name")]
    public void Keys_that_cannot_be_read_at_start_name_the_setting(string lines) =>
        Assert.Contains("VECTORDB_API_KEYS", Assert.Throws<SettingsException>(() => Ring(("VECTORDB_API_KEYS", lines))).Message);

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0} read Ada's laptop")]
    public void A_key_in_plain_text_where_its_hash_belongs_is_named_by_its_line_and_never_repeated(string line)
    {
        var (hashed, plain) = (TestApiKey.Create("read").Line, TestApiKey.Create("read").Plain);

        var message = Assert.Throws<SettingsException>(() => Ring(("VECTORDB_API_KEYS", $"{hashed}\n\n{string.Format(null, line, plain)}"))).Message;

        Assert.Equal("VECTORDB_API_KEYS: line 3 is not of the form '<id> <read|write|admin> <sha256> <name>'; CreateApiKey makes such lines.", message);
    }

    [Fact]
    public void What_one_host_protects_another_can_read()
    {
        var text = Host().CreateProtector("cookie").Protect("admin");

        Assert.Equal("admin", Host().CreateProtector("cookie").Unprotect(text));
        Assert.NotEmpty(Directory.GetFiles(_folder.File("keys")));
    }

    private string Create(string scope, string name = "test") => TestApiKey.CreateIn(_secrets.Path, scope, name);

    private IDataProtectionProvider Host() => new ServiceCollection()
        .AddSharedKeys(Load(), static _ => throw new InvalidOperationException("not asked for"))
        .BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();

    private ApiKeyRing Ring(params (string Name, string Value)[] values) => new(Load(values), _time);

    private ApplicationSettings Load(params (string Name, string Value)[] values) => ApplicationSettings.Load(new ConfigurationBuilder()
        .AddKeyPerFile(_secrets.Path, optional: false)
        .AddInMemoryCollection(new Dictionary<string, string?> { ["VECTORDB_DATA"] = _folder.Path, ["VECTORDB_SECRETS_DIRECTORY"] = _secrets.Path })
        .AddInMemoryCollection(values.ToDictionary(static pair => pair.Name, static pair => (string?)pair.Value))
        .Build());
}
