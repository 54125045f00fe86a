using System.Runtime.Versioning;
using System.Text.Json;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Scripts;

[Trait(Suites.Trait, Suites.Full)]
[UnsupportedOSPlatform("windows")]
public sealed class BuildScriptTests : IDisposable
{
    private readonly ScriptTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task It_compiles_after_a_file_is_edited_added_or_deleted_and_not_otherwise()
    {
        Assert.True((await _tree.RunAsync("print")).Compiled);
        Assert.False((await _tree.RunAsync("print")).Compiled);

        _tree.Write("build/Extra.cs", "// first");
        Assert.True((await _tree.RunAsync("print")).Compiled);
        Assert.False((await _tree.RunAsync("print")).Compiled);

        _tree.Write("build/Extra.cs", "// later");
        Assert.True((await _tree.RunAsync("print")).Compiled);

        _tree.Write("scripts/templates/some.sbn", "{{ template }}");
        Assert.True((await _tree.RunAsync("print")).Compiled);

        File.Move(_tree.Full("build/Extra.cs"), _tree.Full("build/Renamed.cs"));
        Assert.True((await _tree.RunAsync("print")).Compiled);

        File.Delete(_tree.Full("build/Renamed.cs"));
        Assert.True((await _tree.RunAsync("print")).Compiled);
    }

    [Fact]
    public async Task What_was_compiled_before_is_found_again()
    {
        await _tree.RunAsync("print");
        _tree.Write("Directory.Build.props", "<Project><!-- changed --></Project>");
        await _tree.RunAsync("print");
        _tree.Write("Directory.Build.props", "<Project />");

        Assert.False((await _tree.RunAsync("print")).Compiled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_compiled_long_ago_goes_with_the_next_compilation_unless_it_was_started_since(bool started)
    {
        await _tree.RunAsync("print");
        var old = Assert.Single(Directory.GetDirectories(_tree.Full("build/bin/compiled")));
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow - TimeSpan.FromDays(10));
        if (started)
        {
            await _tree.RunAsync("print");
        }

        _tree.Write("Directory.Build.props", "<Project><!-- changed --></Project>");
        await _tree.RunAsync("print");

        Assert.Equal(started, Directory.Exists(old));
    }

    [Fact]
    public async Task Only_the_build_writes_to_the_standard_output_also_when_it_is_compiled_first()
    {
        string[] args = ["--json", "two words", "", "$HOME *"];

        var first = await _tree.RunAsync(args);
        var second = await _tree.RunAsync(args);

        Assert.True(first.Compiled);
        Assert.Equal(args, JsonSerializer.Deserialize<string[]>(first.Output)!);
        Assert.Equal(first.Output, second.Output);
        Assert.Empty(second.Errors);
    }

    [Fact]
    public async Task The_exit_code_is_that_of_the_build() => Assert.Equal(42, (await _tree.RunAsync("exit", "42")).ExitCode);

    [Fact]
    public async Task Signals_are_those_of_the_build()
    {
        using var process = _tree.Start(null, "wait");
        Assert.Equal("waiting", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        PosixSignal.Terminate(process);

        Assert.Equal(143, (await ScriptTree.ResultAsync(process)).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signal_while_compiling_ends_the_compilation_and_the_next_run_succeeds(bool begun)
    {
        using var process = _tree.Start(null, "print");
        Assert.StartsWith("Compiling", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        if (begun)
        {
            await Eventually.TrueAsync(() => _tree.Compilations().Any(), "the compiler runs");
        }

        PosixSignal.Terminate(process);

        Assert.Equal(143, (await ScriptTree.ResultAsync(process)).ExitCode);
        Assert.Empty(_tree.Compilations());
        Assert.Equal(0, (await _tree.RunAsync("print")).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_at_once_in_a_fresh_tree_compile_once(bool withFlock)
    {
        using var programs = new TemporaryFolder();
        var environment = withFlock ? null : PathWithoutFlock(programs);

        var both = await Task.WhenAll(_tree.RunAsync(environment, "print"), _tree.RunAsync(environment, "print"));

        Assert.All(both, result => Assert.Equal((0, "[\"print\"]\n"), (result.ExitCode, result.Output)));
        Assert.Single(both, result => result.Compiled);
    }

    [Fact]
    public async Task A_lock_of_a_killed_run_is_taken_over()
    {
        using var programs = new TemporaryFolder();
        Directory.CreateDirectory(_tree.Full("build/bin/compiled"));
        File.CreateSymbolicLink(_tree.Full("build/bin/compiled/lock.pid"), "999999999");

        Assert.Equal(0, (await _tree.RunAsync(PathWithoutFlock(programs), "print")).ExitCode);
    }

    [Fact]
    public async Task A_compilation_error_is_shown_and_fails()
    {
        _tree.Write("build/Broken.cs", "not C#");

        var result = await _tree.RunAsync("print");

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("Broken.cs", result.Errors, StringComparison.Ordinal);
        Assert.Contains("build.sh: the build does not compile", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "dotnet is not in PATH")]
    [InlineData("9.0.304", "the .NET 10 SDK is needed; found: 9.0.304 [/sdk]")]
    public async Task A_missing_or_older_SDK_is_told_with_where_to_get_one(string? version, string message)
    {
        using var programs = new TemporaryFolder();
        var environment = PathWithoutFlock(programs);
        File.Delete(programs.File("dotnet"));
        if (version is not null)
        {
            var fake = programs.File("dotnet");
            await File.WriteAllTextAsync(
                fake, $"#!/bin/sh\n[ \"$1\" = --list-sdks ] && echo '{version} [/sdk]' || echo {version}\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var result = await _tree.RunAsync(environment, "print");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        Assert.Contains("https://dot.net/download", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_folder_that_does_not_exist_is_not_taken_for_a_missing_SDK()
    {
        var home = _tree.Full("nowhere");

        var result = await _tree.RunAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = home, ["DOTNET_CLI_HOME"] = "" }, "print");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"dotnet needs a home folder, and {home} is none", result.Errors, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> PathWithoutFlock(TemporaryFolder programs)
    {
        foreach (var name in (string[])["bash", "cat", "cksum", "dirname", "dotnet", "find", "ln", "mkdir", "mv", "readlink", "rm", "sh", "sleep", "sort", "touch", "tr"])
        {
            File.CreateSymbolicLink(programs.File(name), RequiredTool.Find(name));
        }

        return new(StringComparer.Ordinal) { ["PATH"] = programs.Path };
    }
}
