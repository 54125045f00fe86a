using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Releases;

/// <summary>What every ledger keeps, wherever it lies.</summary>
public abstract class LedgerConformance
{
    /// <summary>A new view of the same ledger, as another process would open it.</summary>
    internal abstract ILedger Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ledger_nobody_wrote_to_is_empty() => Assert.Empty(await Open().ReadAsync(Cancellation));

    [Fact]
    public async Task Entries_come_back_whole_and_in_the_order_they_were_written()
    {
        LedgerEntry[] written =
        [
            Samples.Entry(LedgerEvent.DeployStarted, 1),
            Samples.Entry(LedgerEvent.Verified, 1, minute: 1) with { Outcome = "proved: 6 steps\n\"quoted\"", Seconds = 12.5 },
            new(Samples.Start, LedgerEvent.Frozen, null, null, "grace@desk", "https://ci.example/run/7") { Outcome = "Black Friday" },
        ];
        foreach (var entry in written)
        {
            await Open().AppendAsync(entry, Cancellation);
        }

        Assert.Equal(written, await Open().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_no_entry()
    {
        const int Writers = 8, Each = 10;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                var ledger = Open();
                for (var i = 0; i < Each; i++)
                {
                    await ledger.AppendAsync(Samples.Entry(LedgerEvent.Retired, (writer * Each) + i), Cancellation);
                }
            },
            Cancellation)));

        var entries = await Open().ReadAsync(Cancellation);
        Assert.Equal(Writers * Each, entries.Select(entry => entry.Release).Distinct().Count());
    }
}
