namespace VectorDb.Build.Tests;

public sealed class SnapshotsTests
{
    [Fact]
    public void A_text_that_equals_the_committed_snapshot_passes() => Snapshots.Match("one\r\ntwo");

    public SnapshotsTests() => Assert.SkipWhen(
        Environment.GetEnvironmentVariable(Snapshots.AcceptVariable) == "1", "These tests are about snapshots that are not accepted.");

    [Fact]
    public void A_difference_is_shown_line_by_line_with_the_command_that_accepts_it()
    {
        var failure = Assert.ThrowsAny<Exception>(() => Snapshots.Match("same\nreceived\nsame too"));

        Assert.Contains("  same\n- committed\n+ received\n  same too\n", failure.Message.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("VECTORDB_ACCEPT_SNAPSHOTS=1 dotnet", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_snapshot_fails()
    {
        var failure = Assert.ThrowsAny<Exception>(() => Snapshots.Match("anything", name: "never-accepted"));

        Assert.Contains("is missing", failure.Message, StringComparison.Ordinal);
    }
}
