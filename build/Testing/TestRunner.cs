using VectorDb.Build.Processes;

namespace VectorDb.Build.Testing;

/// <summary>Runs a test project, which is a program, and reads what it reports.</summary>
/// <param name="mark">Put into its environment, and so into that of all that it starts.</param>
internal sealed class TestRunner(CommandRunner commands, string resultsFolder, IReadOnlyDictionary<string, string?> mark)
{
    private const string SettingPrefix = "VECTORDB_";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>What tests themselves are told by the shell.</summary>
    private static readonly string[] OfTests =
        ["VECTORDB_REQUIRE_TOOLS", "VECTORDB_ACCEPT_SNAPSHOTS", "VECTORDB_POSTGRES_ROOT", "VECTORDB_ACTIONLINT_ROOT", "VECTORDB_BASE_IMAGE_CACHE"];

    public async Task<TestResult> RunAsync(TestProject project, TestSuite suite, CancellationToken cancellationToken)
    {
        if (!File.Exists(project.Assembly))
        {
            return TestResult.Failure(project.Name, $"{project.Assembly} is not there; run ./build.sh --target=Build first.");
        }

        Directory.CreateDirectory(resultsFolder);
        var file = Path.Combine(resultsFolder, $"{project.Name}.xml");
        File.Delete(file);
        var run = await commands.TryAsync(
            new Command(Environment.ProcessPath ?? "dotnet", [project.Assembly, "-noLogo", "-noColor", "-result-xml", file, .. FilterOf(suite)])
            {
                WorkingDirectory = project.OutputFolder,
                Limit = Limit,
                Environment = EnvironmentOf(Environment.GetEnvironmentVariables().Keys.Cast<string>(), mark),
            },
            cancellationToken);
        try
        {
            var result = TestResultFile.Read(file);
            return run.Succeeded || !result.Succeeded ? result : result + Crash(project, run);
        }
        catch (InvalidDataException)
        {
            return Crash(project, run);
        }
    }

    /// <summary>Settings in the shell are for the release: a test that starts a service would take them for its own.</summary>
    /// <param name="shell">Names of the variables there.</param>
    /// <param name="mark">What is set.</param>
    /// <returns>Null for a variable that tests do not get.</returns>
    internal static IReadOnlyDictionary<string, string?> EnvironmentOf(IEnumerable<string> shell, IReadOnlyDictionary<string, string?> mark)
    {
        var environment = shell
            .Where(static name => name.StartsWith(SettingPrefix, StringComparison.Ordinal) && !OfTests.Contains(name, StringComparer.Ordinal))
            .ToDictionary(static name => name, static _ => (string?)null, StringComparer.Ordinal);
        foreach (var (name, value) in mark)
        {
            environment[name] = value;
        }

        return environment;
    }

    private static string[] FilterOf(TestSuite suite) => suite == TestSuite.Fast ? ["-trait-", "Suite=Full"] : [];

    private static TestResult Crash(TestProject project, CommandResult run)
    {
        const int Shown = 30;
        var last = (run.Output + run.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Shown);
        return TestResult.Failure(project.Name, $"The test program ended with exit code {run.ExitCode} and without a whole result:\n{string.Join('\n', last)}");
    }
}
