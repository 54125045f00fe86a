using System.Diagnostics;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Security;

namespace VectorDb.Core.Tests.Security;

[Trait(Suites.Trait, Suites.Full)]
public sealed class SharedKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private readonly Process _server;

    public SharedKeysTests()
    {
        var start = new ProcessStartInfo(
            RequiredTool.Find("redis-server"), ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--dir", _folder.Path])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _server = Process.Start(start)!;
        _server.BeginOutputReadLine();
    }

    public void Dispose()
    {
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_one_host_protects_another_reads_with_the_keys_in_Redis()
    {
        var options = ConfigurationOptions.Parse($"127.0.0.1:{_port}");
        options.AbortOnConnectFail = false;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        await Eventually.TrueAsync(() => redis.IsConnected, "Redis answers");

        var text = Host(redis).CreateProtector("cookie").Protect("admin");

        Assert.Equal("admin", Host(redis).CreateProtector("cookie").Unprotect(text));
        Assert.False(Directory.Exists(_folder.File("keys")));
    }

    private IDataProtectionProvider Host(IConnectionMultiplexer redis)
    {
        var settings = ApplicationSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["VECTORDB_KEYS"] = "redis",
            ["VECTORDB_REDIS"] = $"127.0.0.1:{_port}",
            ["VECTORDB_DATA"] = _folder.Path,
        }).Build());
        return new ServiceCollection().AddSharedKeys(settings, _ => redis).BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();
    }
}
