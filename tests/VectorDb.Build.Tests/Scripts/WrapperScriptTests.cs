using System.Runtime.Versioning;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Scripts;

/// <summary>The scripts with the old names, beside a build.sh that prints what it is given.</summary>
[Trait(Suites.Trait, Suites.Full)]
[UnsupportedOSPlatform("windows")]
public sealed class WrapperScriptTests : IDisposable
{
    private const string Hash = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly string[] Scripts = ["ecr_push.sh", "deploy_to_ec2.sh", "setup_aws_infrastructure.sh", "rollback.sh"];

    private readonly TemporaryFolder _tree = new();

    public WrapperScriptTests()
    {
        Directory.CreateDirectory(_tree.File("scripts"));
        foreach (var script in Scripts)
        {
            File.Copy(Path.Combine(Repository.Root, "scripts", script), _tree.File("scripts", script));
        }

        File.WriteAllText(_tree.File("build.sh"), "#!/usr/bin/env bash\nprintf '%s\\n' \"$PWD\" \"$@\"\nexit \"${STUB_EXIT:-0}\"\n");
        File.SetUnixFileMode(_tree.File("build.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("ecr_push.sh staging", "--target=EcrPush --environment=staging")]
    [InlineData("setup_aws_infrastructure.sh staging", "--target=Bootstrap --environment=staging")]
    [InlineData("deploy_to_ec2.sh production", "--target=Deploy --environment=production")]
    [InlineData($"deploy_to_ec2.sh production {Hash}", $"--target=Deploy --environment=production --approve={Hash}")]
    [InlineData("rollback.sh production", "--target=Rollback --environment=production")]
    [InlineData("rollback.sh production 0123456789ab", "--target=Rollback --environment=production --to=0123456789ab")]
    public async Task A_wrapper_prints_the_command_and_becomes_it(string line, string expected)
    {
        var result = await RunAsync(line);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal([_tree.Path, .. expected.Split(' ')], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal($"./build.sh {expected}\n", result.Error);
    }

    [Theory]
    [InlineData("ecr_push.sh", "one environment is needed")]
    [InlineData("ecr_push.sh staging production", "one environment is needed")]
    [InlineData("ecr_push.sh Staging", "'Staging' is no environment")]
    [InlineData("ecr_push.sh a--b", "'a--b' is no environment")]
    [InlineData("deploy_to_ec2.sh a--b", "'a--b' is no environment")]
    [InlineData("setup_aws_infrastructure.sh a--b", "'a--b' is no environment")]
    [InlineData("rollback.sh a--b", "'a--b' is no environment")]
    [InlineData("setup_aws_infrastructure.sh --environment=staging", "'--environment=staging' is no environment")]
    [InlineData("deploy_to_ec2.sh", "one environment is needed")]
    [InlineData("deploy_to_ec2.sh production yes", "'yes' is no plan hash")]
    [InlineData("deploy_to_ec2.sh production 0123456789ab more", "one environment is needed")]
    [InlineData("rollback.sh production latest", "'latest' is no release")]
    public async Task A_wrong_argument_ends_with_2_the_reason_and_the_usage_and_runs_nothing(string line, string reason)
    {
        var result = await RunAsync(line);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"{line.Split(' ')[0]}: {reason}", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: scripts/", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrapper_explains_itself()
    {
        foreach (var script in Scripts)
        {
            var result = await RunAsync($"{script} --help");

            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.StartsWith($"Usage: scripts/{script} <environment>", result.Output, StringComparison.Ordinal);
            Assert.Contains("The same as: ./build.sh --target=", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_exit_code_is_that_of_the_build() => Assert.Equal(3, (await RunAsync("rollback.sh production", exitCode: 3)).ExitCode);

    private Task<CommandResult> RunAsync(string line, int exitCode = 0) => new CommandRunner(TimeProvider.System).TryAsync(
        new Command("bash", [_tree.File("scripts", line.Split(' ')[0]), .. line.Split(' ')[1..]])
        {
            Environment = new Dictionary<string, string?> { ["STUB_EXIT"] = $"{exitCode}" },
        },
        TestContext.Current.CancellationToken);
}
