using VectorDb.Build.Processes;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Releases.Locking;

namespace VectorDb.Build.Tests.Releases;

public sealed class FileLockTests : ReleaseLockConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal override ILockStore OpenStore() => new FileLockStore(_folder.File("local", "lock.json"));

    public void Dispose() => _folder.Dispose();
}

public sealed class SystemProcessTableTests
{
    private readonly SystemProcessTable _processes = new();

    [Fact]
    public void This_process_has_not_ended() => Assert.False(_processes.HasEnded(_processes.Current));

    [Fact]
    public void A_number_that_was_given_to_another_process_since_means_that_the_first_has_ended() =>
        Assert.True(_processes.HasEnded(_processes.Current with { StartedAt = _processes.Current.StartedAt - 1 }));

    [Fact]
    public void A_process_that_is_gone_has_ended() => Assert.True(_processes.HasEnded(_processes.Current with { Id = int.MaxValue }));

    [Fact]
    public void Where_machines_share_a_lock_one_of_the_same_name_is_not_this_one() =>
        Assert.False(SystemProcessTable.OfThisBoot().HasEnded(_processes.Current with { Id = int.MaxValue }));

    [Fact]
    public void A_container_of_the_machines_name_counts_its_own_processes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have one count.");

        Assert.EndsWith(new FileInfo("/proc/self/ns/pid").LinkTarget!, _processes.Current.Machine, StringComparison.Ordinal);
        Assert.False(_processes.HasEnded(_processes.Current with { Machine = Environment.MachineName, Id = int.MaxValue }));
    }

    [Fact]
    public void A_process_of_this_boot_that_is_gone_has_ended_for_all() =>
        Assert.True(SystemProcessTable.OfThisBoot().HasEnded(SystemProcessTable.OfThisBoot().Current with { Id = int.MaxValue }));

    [Fact]
    public void Of_another_machines_process_nothing_is_known() =>
        Assert.False(_processes.HasEnded(_processes.Current with { Machine = "another", Id = int.MaxValue }));
}
