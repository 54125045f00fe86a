using System.Globalization;
using System.Text;
using VectorDb.Build.Compilation;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Testing;

/// <summary>What passes are remembered under.</summary>
/// <param name="Fast">Of the compiled tests with all that they load, and of the files of the repository that are not compiled.</param>
/// <param name="Full">Of these and of every source: tests that need a tool compile, copy and start what their own output does not hold.</param>
internal readonly record struct TestKey(ContentHash Fast, ContentHash Full);

/// <summary>
/// Which suites passed on which bytes. A file a pass, holding the number of tests. Where a test was skipped, not every test has passed:
/// that is a pass of the fast suite alone, which is what this machine can run.
/// </summary>
/// <param name="folder">Where passes are kept.</param>
/// <param name="root">The repository.</param>
internal sealed class TestMemory(string folder, string root)
{
    private const int Kept = 500;

    private readonly Lazy<TestKey> _repository = new(() => KeyOfRepository(root));

    /// <returns>What to remember a pass under. Taken before the tests run, so that it is of the bytes they saw.</returns>
    public TestKey KeyOf(TestProject project) => KeyOf(project, _repository.Value);

    /// <returns>How many tests passed on these bytes, in this suite or in one that holds it; null when nobody knows.</returns>
    public int? Recall(TestKey key, TestSuite suite)
    {
        var path = PathOf(key, suite);
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var tests) ? tests : null;
    }

    /// <summary>Remembers nothing where the bytes are others by now: another build or an editor had its turn, and nobody knows which of them passed.</summary>
    /// <param name="key">Of the project before its tests ran.</param>
    public async Task RememberAsync(TestProject project, TestKey key, TestSuite suite, TestResult result, CancellationToken cancellationToken)
    {
        TestKey now;
        try
        {
            now = KeyOf(project, KeyOfRepository(root));
        }
        catch (Exception gone) when (gone is IOException or AggregateException { InnerException: IOException })
        {
            // Something goes from there at this moment.
            return;
        }

        var passed = Enum.GetValues<TestSuite>()
            .Where(each => each <= suite && (each == TestSuite.Fast ? now.Fast == key.Fast : now == key && result.Skips.Count == 0));
        foreach (var each in passed)
        {
            await DurableFile.WriteAsync(PathOf(key, each), Encoding.UTF8.GetBytes(result.Passed.ToString(CultureInfo.InvariantCulture)), cancellationToken);
        }

        if (Directory.Exists(folder))
        {
            foreach (var old in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(Kept))
            {
                old.Delete();
            }
        }
    }

    /// <summary>A test failed on these bytes: that others, or itself, passed on them before proves nothing any more.</summary>
    public void Forget(TestKey key)
    {
        if (Directory.Exists(folder))
        {
            Enum.GetValues<TestSuite>().ToList().ForEach(suite => File.Delete(PathOf(key, suite)));
        }
    }

    private TestKey KeyOf(TestProject project, TestKey repository)
    {
        KeyValuePair<string, ContentHash>[] own =
        [
            .. project.Outputs(root).Where(Directory.Exists).Select(output => KeyValuePair.Create(Path.GetRelativePath(root, output), ContentHash.OfFolder(output))),
            KeyValuePair.Create("project", ContentHash.OfText(project.Name)),
            KeyValuePair.Create("runtime", ContentHash.OfText(Environment.Version.ToString())),
        ];
        return new TestKey(With(repository.Fast), With(repository.Full));

        ContentHash With(ContentHash files) => ContentHash.Of(own.Append(KeyValuePair.Create("repository", files)));
    }

    private static TestKey KeyOfRepository(string root)
    {
        var files = SourceTree.Files(root).Where(IsOfRepository).AsParallel()
            .Select(file => KeyValuePair.Create(Path.GetRelativePath(root, file.FullName), file.LinkTarget is { } target ? ContentHash.OfText(target) : ContentHash.OfFile(file.FullName)))
            .ToList();
        return new TestKey(ContentHash.Of(files.Where(static file => !file.Key.EndsWith(".cs", StringComparison.Ordinal))), ContentHash.Of(files));
    }

    /// <summary>Settings of environments are nobody's but this machine's: git ignores all of them but the template, and no test reads them.</summary>
    private static bool IsOfRepository(FileSystemInfo file)
    {
        const string Settings = ".env";
        return !(file.Name == Settings || file.Name.StartsWith(Settings + ".", StringComparison.Ordinal)) || file.Name.EndsWith(".template", StringComparison.Ordinal);
    }

    private string PathOf(TestKey key, TestSuite suite) => Path.Combine(folder, $"{(suite == TestSuite.Fast ? key.Fast : key.Full).Hex}.{suite}");
}
