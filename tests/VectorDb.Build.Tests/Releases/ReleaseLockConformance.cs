using Microsoft.Extensions.Time.Testing;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases.Locking;

namespace VectorDb.Build.Tests.Releases;

/// <summary>What every lock keeps, wherever its document lies.</summary>
public abstract class ReleaseLockConformance
{
    private static readonly LockRequest Ada = new("ada@laptop", "laptop/1", "Deploy");
    private static readonly LockRequest Grace = new("grace@desk", "desk/2", "Rollback", DespiteFreeze: true);

    private readonly FakeTimeProvider _time = new(Samples.Start);

    /// <summary>A new view of the same document, as another process would open it.</summary>
    internal abstract ILockStore OpenStore();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ReleaseLock Open(FakeTimeProvider? time = null, IProcessTable? processes = null) =>
        new(OpenStore(), processes ?? new FakeProcesses("elsewhere"), time ?? _time);

    [Fact]
    public async Task A_second_run_fails_at_once_and_learns_who_holds_the_lock_and_since_when()
    {
        await using var held = await Open().AcquireAsync(Ada, Cancellation);

        var refused = await Assert.ThrowsAsync<LockHeldException>(() => Open().AcquireAsync(Grace, Cancellation));

        Assert.Contains("Deploy by ada@laptop (laptop/1) holds the lock since 2026-11-23 03:00:00 UTC", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_runs_at_once_exactly_one_gets_the_lock()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(
            async () =>
            {
                try
                {
                    return await Open().AcquireAsync(Ada, Cancellation);
                }
                catch (LockHeldException)
                {
                    return null;
                }
            },
            Cancellation)));

        var lease = Assert.Single(attempts, lease => lease is not null);
        await lease!.DisposeAsync();
    }

    [Fact]
    public async Task A_lock_that_was_released_is_free_and_the_fencing_token_only_grows()
    {
        long first;
        await using (var lease = await Open().AcquireAsync(Ada, Cancellation))
        {
            first = lease.FencingToken;
        }

        await using var next = await Open().AcquireAsync(Grace, Cancellation);

        Assert.True(next.FencingToken > first);
    }

    [Fact]
    public async Task A_heartbeat_keeps_a_long_run_in_possession()
    {
        await using var lease = await Open().AcquireAsync(Ada, Cancellation);

        for (var minute = 0; minute < 5; minute++)
        {
            var before = (await OpenStore().ReadAsync(Cancellation)).Holder!.ExpiresAt;
            _time.Advance(ReleaseLock.TimeToLive * 0.9);
            await Eventually.TrueAsync(async () => (await OpenStore().ReadAsync(Cancellation)).Holder!.ExpiresAt > before, "the heartbeat renews the lease");
        }

        await lease.EnsureHeldAsync(Cancellation);
        await Assert.ThrowsAsync<LockHeldException>(() => Open().AcquireAsync(Grace, Cancellation));
    }

    [Fact]
    public async Task A_run_without_a_heartbeat_loses_the_lock_and_is_fenced_off_when_it_wakes_up()
    {
        var stopped = new FakeTimeProvider(Samples.Start);
        await using var asleep = await Open(stopped).AcquireAsync(Ada, Cancellation);

        await using var next = await TakeOverAsync();

        await Assert.ThrowsAsync<LeaseLostException>(() => asleep.EnsureHeldAsync(Cancellation));
        await Assert.ThrowsAsync<LeaseLostException>(() => asleep.WhileHeldAsync(static _ => Task.FromResult(true), Cancellation));
        await next.EnsureHeldAsync(Cancellation);
    }

    [Fact]
    public async Task A_clock_that_is_ahead_takes_no_lock_whose_holder_lives()
    {
        var ahead = new FakeTimeProvider(Samples.Start + (2 * ReleaseLock.TimeToLive));
        await using var lease = await Open().AcquireAsync(Ada, Cancellation);

        var taking = Open(ahead).AcquireAsync(Grace, Cancellation);
        while (!taking.IsCompleted)
        {
            var before = (await OpenStore().ReadAsync(Cancellation)).Revision;
            _time.Advance(ReleaseLock.Heartbeat);
            await Eventually.TrueAsync(async () => (await OpenStore().ReadAsync(Cancellation)).Revision > before, "the heart beats");
            ahead.Advance(ReleaseLock.Heartbeat);
        }

        await Assert.ThrowsAsync<LockHeldException>(() => taking);
        await lease.EnsureHeldAsync(Cancellation);
    }

    [Fact]
    public async Task A_run_that_wakes_up_too_late_does_not_release_its_successors_lock()
    {
        var asleep = await Open(new FakeTimeProvider(Samples.Start)).AcquireAsync(Ada, Cancellation);
        await using var next = await TakeOverAsync();

        await asleep.DisposeAsync();

        await next.EnsureHeldAsync(Cancellation);
    }

    [Fact]
    public async Task A_heartbeat_that_finds_the_lease_taken_over_stops_what_goes_on()
    {
        var slow = new FakeTimeProvider(Samples.Start);
        await using var lease = await Open(slow).AcquireAsync(Ada, Cancellation);
        var work = lease.WhileHeldAsync(
            static async held =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, held);
                return true;
            },
            Cancellation);
        // It has the lock by now and waits for its work.
        await lease.EnsureHeldAsync(Cancellation);
        await using var next = await TakeOverAsync();

        slow.Advance(ReleaseLock.TimeToLive);

        await Assert.ThrowsAsync<LeaseLostException>(() => work);
    }

    [Fact]
    public async Task The_lock_of_a_killed_process_of_this_machine_is_free_at_once()
    {
        var here = new FakeProcesses("here");
        await using var killed = await Open(processes: here).AcquireAsync(Ada, Cancellation);
        here.Kill();

        await using var next = await Open(processes: here).AcquireAsync(Grace, Cancellation);

        Assert.True(next.FencingToken > killed.FencingToken);
    }

    [Fact]
    public async Task A_freeze_stops_deploys_with_its_message_but_not_a_rollback_nor_the_run_that_goes_on()
    {
        await using (var running = await Open().AcquireAsync(Ada, Cancellation))
        {
            await Open().FreezeAsync("grace@desk", "Black Friday", Cancellation);
            await running.EnsureHeldAsync(Cancellation);
        }

        var refused = await Assert.ThrowsAsync<LockHeldException>(() => Open().AcquireAsync(Ada, Cancellation));
        Assert.Contains("by grace@desk: Black Friday", refused.Message, StringComparison.Ordinal);
        await (await Open().AcquireAsync(Grace, Cancellation)).DisposeAsync();

        await Open().UnfreezeAsync(Cancellation);
        await (await Open().AcquireAsync(Ada, Cancellation)).DisposeAsync();
    }

    [Fact]
    public async Task A_run_that_waits_for_a_yes_gives_way_to_a_rollback_alone_and_goes_no_further()
    {
        var yes = new TaskCompletionSource();
        await using var asking = await Open().AcquireAsync(Ada, Cancellation);
        var asked = asking.WhileWaitingAsync(_ => yes.Task, Cancellation);
        await Eventually.TrueAsync(async () => (await OpenStore().ReadAsync(Cancellation)).Holder!.IsWaiting, "it says that it waits");

        await Assert.ThrowsAsync<LockHeldException>(() => Open().AcquireAsync(Ada, Cancellation));
        await using var rollback = await Open().AcquireAsync(Grace with { OverWaiting = true }, Cancellation);
        yes.SetResult();

        await Assert.ThrowsAsync<LeaseLostException>(() => asked);
        await rollback.EnsureHeldAsync(Cancellation);
    }

    [Fact]
    public async Task A_run_that_has_its_yes_gives_way_to_nobody()
    {
        await using var asking = await Open().AcquireAsync(Ada, Cancellation);
        await asking.WhileWaitingAsync(static _ => Task.CompletedTask, Cancellation);

        await Assert.ThrowsAsync<LockHeldException>(() => Open().AcquireAsync(Grace with { OverWaiting = true }, Cancellation));
        await asking.EnsureHeldAsync(Cancellation);
    }

    /// <summary>Takes over from a run whose lease has run out and whose heart does not beat.</summary>
    private async Task<Lease> TakeOverAsync()
    {
        _time.Advance(ReleaseLock.TimeToLive);
        var said = "";
        var taking = Open().AcquireAsync(Grace with { Say = line => said = line }, Cancellation);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(ReleaseLock.Heartbeat);
                return taking.IsCompleted;
            },
            "the lock of a run without a heartbeat is free");
        Assert.StartsWith("Deploy by ada@laptop (laptop/1) has let its lock run out", said, StringComparison.Ordinal);
        return await taking;
    }

    private sealed class FakeProcesses(string machine) : IProcessTable
    {
        private bool _killed;

        public ProcessIdentity Current { get; } = new(machine, 42, 1000);

        public void Kill() => _killed = true;

        public bool HasEnded(ProcessIdentity process) => _killed && process == Current;
    }
}
