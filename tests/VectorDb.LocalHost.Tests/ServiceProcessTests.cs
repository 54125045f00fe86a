using System.Text;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ServiceProcessTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_process_that_cannot_be_watched_is_not_left_running()
    {
        var register = new ProcessRegister("no folder has this in its name: \0");
        var assembly = Path.Combine(_home.Release("one"), "api", "VectorDb.FakeService.dll");

        Assert.Throws<ArgumentException>(() => ServiceProcess.Start(assembly, new Dictionary<string, string>(), register, static _ => { }));

        await Eventually.TrueAsync(() => !IsRunning(assembly), "the process ends");
    }

    private static bool IsRunning(string assembly) => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "cmdline"))).Contains(assembly, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
