namespace VectorDb.Build.Testing;

/// <summary>Which tests to run.</summary>
internal enum TestSuite
{
    /// <summary>What needs no tool and little time: part of every deploy.</summary>
    Fast,

    /// <summary>Everything.</summary>
    Full,
}

/// <param name="Name">Of the project and its assembly.</param>
/// <param name="OutputFolder">Holds the compiled tests and all that they load.</param>
internal sealed record TestProject(string Name, string OutputFolder)
{
    private const string EndToEnd = "VectorDb.EndToEnd.Tests";

    public string Assembly => Path.Combine(OutputFolder, Name + ".dll");

    /// <summary>Drives whole builds and measures them: alone on the machine, and never in the fast suite.</summary>
    public bool IsEndToEnd => Name == EndToEnd;

    /// <summary>Folders of compiled programs that its tests start: its own and, where they deploy, those of what is deployed.</summary>
    /// <param name="root">The repository.</param>
    public IEnumerable<string> Outputs(string root) => IsEndToEnd
        ? [OutputFolder, .. Directory.EnumerateDirectories(Path.Combine(root, "src")).Append(Path.Combine(root, "build")).Append(Path.Combine(root, "tests", "VectorDb.FakeService")).Select(OutputOf)]
        : [OutputFolder];

    /// <param name="root">The repository.</param>
    public static IReadOnlyList<TestProject> Find(string root) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(project => new TestProject(Path.GetFileNameWithoutExtension(project), OutputOf(Path.GetDirectoryName(project)!))),
    ];

    private static string OutputOf(string project) => Path.Combine(project, "bin", "Release", "net10.0");
}

/// <param name="Name">Of the test, or of what failed around it.</param>
/// <param name="Message">Why it failed or was skipped.</param>
internal sealed record TestNote(string Name, string Message);

/// <summary>What the tests of one project came to.</summary>
internal sealed record TestResult(int Passed, IReadOnlyList<TestNote> Failures, IReadOnlyList<TestNote> Skips)
{
    public bool Succeeded => Failures.Count == 0;

    public static TestResult Nothing { get; } = new(0, [], []);

    public static TestResult Failure(string name, string message) => new(0, [new TestNote(name, message)], []);

    public static TestResult operator +(TestResult left, TestResult right) =>
        new(left.Passed + right.Passed, [.. left.Failures, .. right.Failures], [.. left.Skips, .. right.Skips]);
}
