using System.Runtime.Versioning;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Scripts;

[Trait(Suites.Trait, Suites.Full)]
[UnsupportedOSPlatform("windows")]
public sealed class InstallTestToolsScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task On_a_system_that_it_does_not_know_it_says_so_changes_nothing_and_lists_what_to_install()
    {
        await File.WriteAllTextAsync(_folder.File("os-release"), "PRETTY_NAME=\"Ubuntu 24.04 LTS\"\nID=ubuntu\nVERSION_ID=\"24.04\"\n", TestContext.Current.CancellationToken);
        var command = new Command("bash", Path.Combine(Repository.Root, "scripts", "install-test-tools.sh"))
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["VECTORDB_OS_RELEASE"] = _folder.File("os-release") },
        };

        var result = await new CommandRunner(TimeProvider.System).TryAsync(command, TestContext.Current.CancellationToken);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("This script knows Debian 12, and this is Ubuntu 24.04 LTS.", result.Error, StringComparison.Ordinal);
        Assert.Contains("docker-registry", result.Error, StringComparison.Ordinal);
    }
}
