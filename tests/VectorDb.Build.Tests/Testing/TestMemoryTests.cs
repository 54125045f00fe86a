using VectorDb.Build.Testing;

namespace VectorDb.Build.Tests.Testing;

public sealed class TestMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestProject _project;

    public TestMemoryTests()
    {
        _project = Project("X.Tests");
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

    [Theory]
    [InlineData("src/VectorDb.Worker/Dockerfile")]
    [InlineData("build/Environments/Rehearsal/emulator/server.py")]
    [InlineData("tests/X.Tests/__snapshots__/X.txt")]
    [InlineData("tests/X.Tests/Infrastructure/policy/main.tf")]
    [InlineData("tests/X.Tests/Infrastructure/published-metrics.json")]
    [InlineData("tests/X.Tests/UserData/instance/stub.sh")]
    [InlineData("nginx/nginx.conf")]
    [InlineData(".dockerignore")]
    public async Task Whatever_a_test_may_read_in_the_repository_is_of_what_was_tested(string file)
    {
        Write(file, "before");
        await RememberAsync(TestSuite.Full, 42);

        Write(file, "after");
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));

        Write(file, "before");
        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
    }

    [Fact]
    public async Task A_source_that_the_tests_do_not_load_leaves_them_their_fast_pass_but_not_that_of_everything()
    {
        await RememberAsync(TestSuite.Full, 42);

        Write("src/VectorDb.Worker/Worker.cs", "broken");

        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
    }

    [Theory]
    [InlineData("src/VectorDb.Worker")]
    [InlineData("build")]
    [InlineData("tests/VectorDb.FakeService")]
    public async Task Tests_that_deploy_are_tested_again_when_what_they_deploy_is_compiled_to_other_bytes(string program)
    {
        var deploys = Project("VectorDb.EndToEnd.Tests");
        var output = $"{program}/bin/Release/net10.0/Program.dll";
        Write(output, "before");
        await RememberAsync(TestSuite.Full, 42);
        await RememberAsync(deploys, TestSuite.Full, 7);
        Assert.Equal(7, Memory.Recall(Memory.KeyOf(deploys), TestSuite.Full));

        Write(output, "after");

        Assert.Null(Memory.Recall(Memory.KeyOf(deploys), TestSuite.Full));
        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
    }

    [Theory]
    [InlineData("build/bin/compiled/1/VectorDb.Build.dll")]
    [InlineData("src/VectorDb.Worker/obj/project.assets.json")]
    [InlineData("artifacts/rehearsal/report.md")]
    [InlineData(".vectordb/test-results/1.Fast")]
    [InlineData("terraform/.terraform/terraform.tfstate")]
    [InlineData("build/Environments/Rehearsal/emulator/__pycache__/server.pyc")]
    [InlineData("tests/X.Tests/__snapshots__/__mismatch__/X.txt")]
    public async Task What_builds_and_tests_make_is_not(string file)
    {
        await RememberAsync(TestSuite.Full, 42);

        Write(file, "made");

        Assert.Equal(42, Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
    }

    [Fact]
    public async Task A_failure_on_the_same_bytes_takes_the_pass_back()
    {
        var other = Project("Y.Tests");
        await RememberAsync(TestSuite.Full, 42);
        await RememberAsync(other, TestSuite.Full, 7);

        Memory.Forget(Memory.KeyOf(_project));

        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Fast));
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
        Assert.Equal(7, Memory.Recall(Memory.KeyOf(other), TestSuite.Full));
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
    public async Task A_pass_of_a_repository_that_changed_while_it_was_tested_is_not_remembered()
    {
        var memory = Memory;
        var before = memory.KeyOf(_project);
        Write("tests/X.Tests/__snapshots__/X.txt", "accepted meanwhile");

        await memory.RememberAsync(_project, before, TestSuite.Full, new Build.Testing.TestResult(42, [], []), Cancellation);

        Assert.Null(Memory.Recall(before, TestSuite.Full));
        Assert.Null(Memory.Recall(Memory.KeyOf(_project), TestSuite.Full));
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

    private Task RememberAsync(TestSuite suite, int tests, params TestNote[] skipped) => RememberAsync(_project, suite, tests, skipped);

    private Task RememberAsync(TestProject project, TestSuite suite, int tests, params TestNote[] skipped) =>
        Memory.RememberAsync(project, Memory.KeyOf(project), suite, new Build.Testing.TestResult(tests, [], skipped), Cancellation);

    private TestProject Project(string name)
    {
        var output = $"tests/{name}/bin/Release/net10.0";
        Write($"{output}/{name}.dll", "compiled");
        Directory.CreateDirectory(_folder.File("repository", "src"));
        return new TestProject(name, _folder.File("repository", output));
    }

    private void Write(string file, string text)
    {
        var path = _folder.File("repository", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
