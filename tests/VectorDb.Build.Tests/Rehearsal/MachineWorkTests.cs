using VectorDb.Build.Environments.Rehearsal.Story;

namespace VectorDb.Build.Tests.Rehearsal;

public sealed class MachineWorkTests
{
    private static readonly string[] Before = ["cpu  1000 0 500 8000 200 10 40 50 300 0", "cpu0 500 0 250 4000 100 5 20 25 150 0", "cpu1 500 0 250 4000 100 5 20 25 150 0", "intr 1 2 3"];

    [Fact]
    public void Waiting_is_no_work_and_guests_are_counted_once()
    {
        string[] after = ["cpu  11000 100 4600 24000 1200 210 240 850 9999 0", Before[1], Before[2]];

        var work = MachineWork.Of(after) - MachineWork.Of(Before);

        Assert.Equal("all 2 processors were at work for 73 s of 162 s, whoever made them work", work.ToString());
        Assert.Equal("all 2 processors were at work for 146 s of 324 s, whoever made them work", (work + work).ToString());
    }

    [Fact]
    public void A_system_that_counts_no_work_has_none_to_tell_of() => Assert.Null(MachineWork.Read("/proc/no such file"));
}
