using VectorDb.Build.Processes;

namespace VectorDb.Build.Testing;

/// <summary>Runs a test project, which is a program, and reads what it reports.</summary>
/// <param name="mark">Put into its environment, and so into that of all that it starts.</param>
internal sealed class TestRunner(CommandRunner commands, string resultsFolder, IReadOnlyDictionary<string, string?> mark)
{
    private const int Shown = 30;

    // What belongs to the run of this build: settings for the release, and the page, the annotations and the name that a GitHub job has.
    private static readonly string[] OfRun = ["VECTORDB_", "GITHUB_"];

    // Before the pipeline ends the whole job, which is after 90 minutes and without a word about what hangs.
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(75);

    /// <summary>What tests themselves are told by the shell.</summary>
    private static readonly string[] OfTests =
        ["VECTORDB_REQUIRE_TOOLS", "VECTORDB_ACCEPT_SNAPSHOTS", "VECTORDB_POSTGRES_ROOT", "VECTORDB_ACTIONLINT_ROOT", "VECTORDB_BASE_IMAGE_CACHE"];

    /// <summary>How long one program may take.</summary>
    public TimeSpan Limit { get; init; } = DefaultLimit;

    public async Task<TestResult> RunAsync(TestProject project, TestSuite suite, CancellationToken cancellationToken)
    {
        if (!File.Exists(project.Assembly))
        {
            return TestResult.Failure(project.Name, $"{project.Assembly} is not there; run ./build.sh --target=Build first.");
        }

        Directory.CreateDirectory(resultsFolder);
        var file = Path.Combine(resultsFolder, $"{project.Name}.xml");
        File.Delete(file);
        var command = new Command(Environment.ProcessPath ?? "dotnet", [project.Assembly, "-noLogo", "-noColor", "-result-xml", file, .. FilterOf(suite)])
        {
            WorkingDirectory = project.OutputFolder,
            Limit = Limit,
            Environment = EnvironmentOf(Environment.GetEnvironmentVariables().Keys.Cast<string>(), mark),
        };
        CommandResult run;
        try
        {
            run = await commands.TryAsync(command, cancellationToken);
        }
        catch (CommandFailedException stopped)
        {
            // Its own results are lost, for it writes them in the end; those of the others are not.
            return TestResult.Failure(project.Name, stopped.Message);
        }

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

    /// <summary>
    /// Settings in the shell are for the release: a test that starts a service would take them for its own, and a build that a test
    /// starts would write its failures, which are meant, onto the page of the job that runs the tests.
    /// </summary>
    /// <param name="shell">Names of the variables there.</param>
    /// <param name="mark">What is set.</param>
    /// <returns>Null for a variable that tests do not get.</returns>
    internal static IReadOnlyDictionary<string, string?> EnvironmentOf(IEnumerable<string> shell, IReadOnlyDictionary<string, string?> mark)
    {
        var environment = shell
            .Where(static name => OfRun.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && !OfTests.Contains(name, StringComparer.Ordinal))
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
        var last = (run.Output + run.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Shown);
        return TestResult.Failure(project.Name, $"The test program ended with exit code {run.ExitCode} and without a whole result:\n{string.Join('\n', last)}");
    }
}
