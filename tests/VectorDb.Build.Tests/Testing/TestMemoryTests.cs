using VectorDb.Build.Testing;

namespace VectorDb.Build.Tests.Testing;

public sealed class TestMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestProject _project;

    public TestMemoryTests()
    {
        _project = new TestProject("X.Tests", Directory.CreateDirectory(_folder.File("repository", "tests", "bin")).FullName);
        File.WriteAllText(_project.Assembly, "compiled");
    }

    // A new memory each time, as each run has.
    private TestMemory Memory => new(_folder.File("home", "test-results"), _folder.File("repository"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_pass_is_remembered_for_the_same_bytes()
    {
        await RememberAsync(TestSuite.Fast, 42);

        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
    }

    [Fact]
    public void What_never_ran_is_not_remembered() => Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));

    [Fact]
    public async Task A_pass_of_everything_is_a_pass_of_the_fast_suite_but_not_the_other_way_round()
    {
        await RememberAsync(TestSuite.Fast, 42);
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));

        File.WriteAllText(_project.Assembly, "compiled anew");
        await RememberAsync(TestSuite.Full, 99);
        Assert.Equal(99, Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
    }

    [Fact]
    public async Task Where_a_test_was_skipped_not_every_test_has_passed()
    {
        await RememberAsync(TestSuite.Full, 42, new TestNote("Boots", "docker is not on this machine"));

        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
    }

    [Fact]
    public async Task Other_bytes_of_the_tests_of_what_they_load_or_of_what_they_read_are_tested_again()
    {
        await RememberAsync(TestSuite.Fast, 42);

        File.WriteAllText(Path.Combine(_project.OutputFolder, "VectorDb.Core.dll"), "new");
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
        await RememberAsync(TestSuite.Fast, 42);

        Directory.CreateDirectory(_folder.File("repository", "terraform"));
        File.WriteAllText(_folder.File("repository", "terraform", "main.tf"), "resource");
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
    }

    [Fact]
    public async Task The_settings_of_this_machine_are_not_of_what_was_tested_but_their_template_is()
    {
        await RememberAsync(TestSuite.Full, 42);

        File.WriteAllText(_folder.File("repository", ".env"), "VECTORDB_REGION=eu-central-1");
        File.WriteAllText(_folder.File("repository", ".env.production"), "VECTORDB_REGION=eu-central-1");
        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));

        File.WriteAllText(_folder.File("repository", ".env.production.template"), "VECTORDB_REGION=");
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
    }

    [Fact]
    public async Task A_pass_of_bytes_that_changed_while_they_were_tested_is_not_remembered()
    {
        var before = Memory.KeyOf(_project);
        File.WriteAllText(_project.Assembly, "compiled by another build");

        await Memory.RememberAsync(_project, before, TestSuite.Full, new Build.Testing.TestResult(42, [], []), Cancellation);

        Assert.Null(Memory.Recall(before, TestSuite.Fast));
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
    }

    [Fact]
    public async Task Passes_of_long_ago_are_forgotten()
    {
        for (var i = 0; i < 510; i++)
        {
            File.WriteAllText(_project.Assembly, $"compiled {i}");
            await RememberAsync(TestSuite.Fast, i);
        }

        Assert.InRange(Directory.GetFiles(_folder.File("home", "test-results")).Length, 1, 500);
    }

    private Task RememberAsync(TestSuite suite, int tests, params TestNote[] skipped) =>
        Memory.RememberAsync(_project, Memory.KeyOf(_project), suite, new Build.Testing.TestResult(tests, [], skipped), Cancellation);
}
