using Microsoft.Extensions.Configuration;
using VectorDb.Build.ApiKeys;
using VectorDb.Build.Environments.Local;
using VectorDb.Core.Configuration;
using VectorDb.Core.Security;
using ApiKey = VectorDb.Build.ApiKeys.ApiKey;

namespace VectorDb.Build.Tests.ApiKeys;

/// <summary>Keys that the build makes, as the services read them.</summary>
public sealed class ApiKeyTests : IDisposable
{
    private static readonly Dictionary<string, string> Protected = new() { ["VECTORDB_AUTH"] = "apikey" };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Secrets => _folder.File("secrets");

    private LocalApiKeys Store => new(Secrets);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("read", Scope.Read)]
    [InlineData("write", Scope.Write)]
    [InlineData("admin", Scope.Admin)]
    public async Task A_key_is_known_to_services_that_run_already_with_its_scope_and_name(string scope, Scope expected)
    {
        var ring = Ring();
        var (key, plain) = ApiKey.Create("Ada's laptop", Enum.Parse<KeyScope>(scope, ignoreCase: true));

        await Store.AddAsync(key, Cancellation);

        var known = ring.Find(plain);
        Assert.Equal((key.Id, "Ada's laptop", expected), (known!.Id, known.Name, known.Scope));
    }

    [Fact]
    public async Task Earlier_keys_stay_and_nothing_but_hashes_is_stored_for_the_owner_alone()
    {
        var (first, plainFirst) = ApiKey.Create("one", KeyScope.Read);
        var (second, plainSecond) = ApiKey.Create("two", KeyScope.Read);

        await Store.AddAsync(first, Cancellation);
        await Store.AddAsync(second, Cancellation);

        Assert.Equal([first, second], await Store.ListAsync(Cancellation));
        var text = await File.ReadAllTextAsync(Store.Place, Cancellation);
        Assert.DoesNotContain(plainFirst, text, StringComparison.Ordinal);
        Assert.DoesNotContain(plainSecond, text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(Store.Place));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(Secrets));
    }

    [Fact]
    public async Task Keys_made_at_the_same_time_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Store.AddAsync(ApiKey.Create($"{i}", KeyScope.Read).Key, Cancellation))));

        Assert.Equal(20, (await Store.ListAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task A_spoilt_list_is_an_error_that_names_it_and_is_not_overwritten()
    {
        Directory.CreateDirectory(Secrets);
        await File.WriteAllTextAsync(Store.Place, "rubbish\n", Cancellation);

        var error = await Assert.ThrowsAsync<FormatException>(() => Store.AddAsync(ApiKey.Create("one", KeyScope.Read).Key, Cancellation));

        Assert.StartsWith(Store.Place, error.Message, StringComparison.Ordinal);
        Assert.Equal("rubbish\n", await File.ReadAllTextAsync(Store.Place, Cancellation));
    }

    [Fact]
    public async Task The_smoke_test_gets_one_key_of_its_own_that_may_write_and_keeps_it()
    {
        var key = new LocalSmokeKey(Store);

        var first = await key.OfAsync(Protected, Cancellation);

        Assert.Equal(Scope.Write, Ring().Find(first!)!.Scope);
        Assert.Equal(first, await key.OfAsync(Protected, Cancellation));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(Path.Combine(Secrets, "smoke-api-key")));
    }

    [Fact]
    public async Task A_revoked_key_of_the_smoke_test_is_replaced()
    {
        var key = new LocalSmokeKey(Store);
        var first = await key.OfAsync(Protected, Cancellation);
        await File.WriteAllTextAsync(Store.Place, "", Cancellation);

        var second = await key.OfAsync(Protected, Cancellation);

        Assert.NotEqual(first, second);
        Assert.NotNull(Ring().Find(second!));
    }

    [Fact]
    public async Task Where_no_key_is_asked_for_none_is_made()
    {
        Assert.Null(await new LocalSmokeKey(Store).OfAsync(new Dictionary<string, string> { ["VECTORDB_AUTH"] = "off" }, Cancellation));
        Assert.False(Directory.Exists(Secrets));
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private ApiKeyRing Ring() => new(
        ApplicationSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["VECTORDB_DATA"] = _folder.File("data"),
            ["VECTORDB_SECRETS_DIRECTORY"] = Directory.CreateDirectory(Secrets).FullName,
        }).Build()),
        TimeProvider.System);
}
