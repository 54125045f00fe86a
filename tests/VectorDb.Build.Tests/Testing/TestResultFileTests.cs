using VectorDb.Build.Testing;

namespace VectorDb.Build.Tests.Testing;

public sealed class TestResultFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Passed_failed_and_skipped_tests_are_told_apart_with_message_and_reason()
    {
        var result = Read("""
            <assemblies><assembly name="X.dll" total="4" not-run="1"><collection>
              <test name="Works" result="Pass" />
              <test name="Breaks" result="Fail"><failure><message>expected \"1\",\n got 2</message><stack-trace>   at X.Breaks()</stack-trace></failure></test>
              <test name="Waits" result="Skip"><reason>no redis-server</reason></test>
              <test name="Explicit" result="NotRun" />
            </collection></assembly></assemblies>
            """);

        Assert.Equal(1, result.Passed);
        Assert.Equal(new TestNote("Breaks", "expected \"1\",\n got 2\n   at X.Breaks()"), Assert.Single(result.Failures));
        Assert.Equal(new TestNote("Waits", "no redis-server"), Assert.Single(result.Skips));
    }

    [Fact]
    public void A_failure_outside_a_test_counts_as_a_failure()
    {
        var result = Read("""
            <assemblies><assembly name="X.dll" total="1" not-run="0">
              <errors><error type="assembly-cleanup" name="X"><failure><message>folder in use</message></failure></error></errors>
              <collection><test name="Works" result="Pass" /></collection>
            </assembly></assemblies>
            """);

        Assert.Equal(new TestNote("assembly-cleanup X", "folder in use"), Assert.Single(result.Failures));
    }

    [Fact]
    public void Tests_without_a_result_are_missed()
    {
        var result = Read("""<assemblies><assembly name="X.dll" total="3" not-run="0"><collection><test name="Works" result="Pass" /></collection></assembly></assemblies>""");

        Assert.Contains("2 tests have no result", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<assemblies><assembly name='X.dll'>")]
    [InlineData("<assemblies />")]
    public void A_file_that_is_cut_short_is_no_result(string text) => Assert.Throws<InvalidDataException>(() => Read(text));

    [Fact]
    public void A_file_that_is_not_there_is_no_result() => Assert.Throws<InvalidDataException>(() => TestResultFile.Read(_folder.File("none.xml")));

    private VectorDb.Build.Testing.TestResult Read(string text)
    {
        File.WriteAllText(_folder.File("result.xml"), text);
        return TestResultFile.Read(_folder.File("result.xml"));
    }
}
