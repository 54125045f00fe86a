using System.Globalization;
using System.Text;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Testing;

/// <summary>
/// Which suites passed on which bytes: the compiled tests with all that they load, and the files of the repository that tests
/// read beside them. A file a pass, holding the number of tests. Where a test was skipped, not every test has passed: that is a pass of
/// the fast suite alone, which is what this machine can run.
/// </summary>
/// <param name="folder">Where passes are kept.</param>
/// <param name="root">The repository.</param>
internal sealed class TestMemory(string folder, string root)
{
    private const int Kept = 500;

    private static readonly string[] ReadByTests = ["terraform", "nginx", "scripts", "monitoring", "docs", ".github"];

    private readonly Lazy<ContentHash> _repository = new(() => HashOfRepository(root));

    /// <returns>What to remember a pass under. Taken before the tests run, so that it is of the bytes they saw.</returns>
    public ContentHash KeyOf(TestProject project) => ContentHash.Of(
    [
        KeyValuePair.Create("output", ContentHash.OfFolder(project.OutputFolder)),
        KeyValuePair.Create("repository", _repository.Value),
        KeyValuePair.Create("project", ContentHash.OfText(project.Name)),
        KeyValuePair.Create("runtime", ContentHash.OfText(Environment.Version.ToString())),
    ]);

    /// <returns>How many tests passed on these bytes, in this suite or in one that holds it; null when nobody knows.</returns>
    public int? Recall(ContentHash key, TestSuite suite) => Enum.GetValues<TestSuite>()
        .Where(passed => passed >= suite)
        .Select(passed => Read(PathOf(key, passed)))
        .FirstOrDefault(count => count is not null);

    /// <summary>Remembers nothing where the bytes are others by now: another build had its turn, and nobody knows which of them passed.</summary>
    /// <param name="key">Of the project before its tests ran.</param>
    public async Task RememberAsync(TestProject project, ContentHash key, TestSuite suite, TestResult result, CancellationToken cancellationToken)
    {
        if (KeyOf(project) != key)
        {
            return;
        }

        var passed = result.Skips.Count == 0 ? suite : TestSuite.Fast;
        await DurableFile.WriteAsync(PathOf(key, passed), Encoding.UTF8.GetBytes(result.Passed.ToString(CultureInfo.InvariantCulture)), cancellationToken);
        foreach (var old in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(Kept))
        {
            old.Delete();
        }
    }

    private static ContentHash HashOfRepository(string root) => ContentHash.Of(
    [
        .. ReadByTests.Select(name => Path.Combine(root, name)).Where(Directory.Exists).Select(path => KeyValuePair.Create(path[root.Length..], ContentHash.OfFolder(path))),
        .. Directory.EnumerateFiles(root).Where(IsOfRepository).Select(path => KeyValuePair.Create(path[root.Length..], ContentHash.OfFile(path))),
    ]);

    /// <summary>Settings of environments are nobody's but this machine's: git ignores all of them but the template, and no test reads them.</summary>
    private static bool IsOfRepository(string path)
    {
        const string Settings = ".env";
        var name = Path.GetFileName(path);
        return !(name == Settings || name.StartsWith(Settings + ".", StringComparison.Ordinal)) || name.EndsWith(".template", StringComparison.Ordinal);
    }

    private static int? Read(string path) =>
        File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var tests) ? tests : null;

    private string PathOf(ContentHash key, TestSuite suite) => Path.Combine(folder, $"{key.Hex}.{suite}");
}
