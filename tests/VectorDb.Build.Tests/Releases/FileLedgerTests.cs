using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Tests.Releases;

public sealed class FileLedgerTests : LedgerConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LedgerPath => _folder.File("local", "ledger.jsonl");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal override ILedger Open() => new FileLedger(LedgerPath);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{\"at\":\"2026-11-23T03:00")]
    [InlineData("{")]
    public async Task A_line_torn_by_a_kill_is_passed_over_and_then_repaired(string torn)
    {
        await Open().AppendAsync(Samples.Entry(LedgerEvent.Activated, 1), Cancellation);
        await File.AppendAllTextAsync(LedgerPath, torn, Cancellation);

        Assert.Single(await Open().ReadAsync(Cancellation));
        await Open().AppendAsync(Samples.Entry(LedgerEvent.Verified, 1), Cancellation);

        Assert.Equal([LedgerEvent.Activated, LedgerEvent.Verified], (await Open().ReadAsync(Cancellation)).Select(entry => entry.Event));
        Assert.Equal(2, (await File.ReadAllLinesAsync(LedgerPath, Cancellation)).Length);
    }

    [Fact]
    public async Task A_last_line_that_lacks_only_its_end_counts()
    {
        await Open().AppendAsync(Samples.Entry(LedgerEvent.Activated, 1), Cancellation);
        await File.WriteAllTextAsync(LedgerPath, (await File.ReadAllTextAsync(LedgerPath, Cancellation)).TrimEnd('\n'), Cancellation);

        await Open().AppendAsync(Samples.Entry(LedgerEvent.Verified, 1), Cancellation);

        Assert.Equal(2, (await Open().ReadAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task A_damaged_line_in_the_middle_is_named()
    {
        await Open().AppendAsync(Samples.Entry(LedgerEvent.Activated, 1), Cancellation);
        await File.AppendAllTextAsync(LedgerPath, "rubbish\n", Cancellation);
        await Open().AppendAsync(Samples.Entry(LedgerEvent.Verified, 1), Cancellation);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Open().ReadAsync(Cancellation));

        Assert.Contains("ledger.jsonl, line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_another_version_of_the_build_with_more_in_it_still_reads()
    {
        await Open().AppendAsync(Samples.Entry(LedgerEvent.Activated, 1), Cancellation);
        var line = await File.ReadAllTextAsync(LedgerPath, Cancellation);
        await File.WriteAllTextAsync(LedgerPath, line.Replace("}", ",\"numbers\":{\"startSeconds\":0.75}}", StringComparison.Ordinal), Cancellation);

        Assert.Equal([Samples.Entry(LedgerEvent.Activated, 1)], await Open().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task A_line_reads_as_documented()
    {
        await Open().AppendAsync(Samples.Entry(LedgerEvent.DeployStarted, 1), Cancellation);

        Assert.Equal(
            """{"at":"2026-11-23T03:00:00+00:00","event":"deploy-started","release":"000000000001","commit":"commit1","by":"ada@laptop","run":"laptop/42"}""",
            (await File.ReadAllTextAsync(LedgerPath, Cancellation)).TrimEnd());
    }
}
