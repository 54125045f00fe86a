using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Scripts;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ShellCheckTests
{
    [Fact]
    public async Task Every_shell_script_is_clean()
    {
        var scripts = await new CommandRunner(TimeProvider.System).RunAsync(
            new Command("git", "-C", Repository.Root, "ls-files", "*.sh", ".ci/run"), TestContext.Current.CancellationToken);

        await new CommandRunner(TimeProvider.System).RunAsync(
            new Command(RequiredTool.Find("shellcheck"), scripts.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)) { WorkingDirectory = Repository.Root },
            TestContext.Current.CancellationToken);
    }
}
