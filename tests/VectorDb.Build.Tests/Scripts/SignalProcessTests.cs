using System.Diagnostics;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Scripts;

/// <summary>Signals to a process that runs a child through the build's own sources, started by build.sh like the build.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class SignalProcessTests : IDisposable
{
    private readonly ScriptTree _tree = new();

    public SignalProcessTests()
    {
        var build = Path.Combine(Repository.Root, "build");
        _tree.Write("build/Linked.props", $"""
            <Project>
              <ItemGroup>
                <Compile Include="{build}/Signals.cs;{build}/Processes/Command*.cs;{build}/Processes/OwnSession.cs;{build}/Processes/PosixSignal.cs" />
              </ItemGroup>
            </Project>
            """);
        _tree.Write("Directory.Build.props", """<Project><Import Project="build/Linked.props" Condition="'$(MSBuildProjectName)' == 'VectorDb.Build'" /></Project>""");
        _tree.Write("build/Program.cs", """
            using VectorDb.Build;
            using VectorDb.Build.Processes;

            var commands = new CommandRunner(TimeProvider.System);
            using var signals = new Signals(commands.KillAll);
            var child = new Command("sh", "-c", "sleep 300 & echo $$ $!; wait") { OnLine = Console.WriteLine };
            try
            {
                await commands.RunAsync(child, args[0] == "polite" ? signals.Cancellation : CancellationToken.None);
            }
            catch (Exception exception)
            {
                Console.WriteLine(exception.GetType().Name);
            }

            return signals.ExitCode ?? 0;
            """);
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task The_first_signal_cancels_the_run_which_ends_its_children()
    {
        var (process, children) = await StartAsync("polite");

        PosixSignal.Terminate(process);

        var result = await ScriptTree.ResultAsync(process);
        Assert.Equal((143, "OperationCanceledException\n"), (result.ExitCode, result.Output));
        await Eventually.TrueAsync(() => !children.Any(IsRunning), "the children ended");
    }

    [Fact]
    public async Task The_end_of_the_terminal_cancels_the_run_like_a_signal()
    {
        var (process, children) = await StartAsync("polite");

        using (var hangUp = Process.Start("kill", ["-HUP", $"{process.Id}"]))
        {
            await hangUp.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(129, (await ScriptTree.ResultAsync(process)).ExitCode);
        await Eventually.TrueAsync(() => !children.Any(IsRunning), "the children ended");
    }

    [Fact]
    public async Task A_second_signal_leaves_at_once_and_takes_the_children_along()
    {
        var (process, children) = await StartAsync("deaf");

        PosixSignal.Terminate(process);
        await StoppingAsync(process);
        Assert.All(children, child => Assert.True(IsRunning(child)));
        PosixSignal.Terminate(process);

        Assert.Equal(143, (await ScriptTree.ResultAsync(process)).ExitCode);
        await Eventually.TrueAsync(() => !children.Any(IsRunning), "the children ended");
    }

    private async Task<(Process Process, int[] Children)> StartAsync(string manner)
    {
        var process = _tree.Start(null, manner);
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return (process, [.. line!.Split(' ').Select(id => int.Parse(id, null))]);
    }

    private static async Task StoppingAsync(Process process)
    {
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        while (line?.StartsWith("Stopping", StringComparison.Ordinal) == false);

        Assert.NotNull(line);
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
