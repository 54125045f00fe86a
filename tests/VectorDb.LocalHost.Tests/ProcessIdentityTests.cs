using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Tests;

public sealed class ProcessIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_process_is_known_by_its_start_whatever_the_clock_has_been_set_to_since()
    {
        var self = ProcessIdentity.Current();
        AtomicFile.WriteJson(_folder.File("self.json"), self with { StartedAt = self.StartedAt.AddHours(1) });

        var kept = AtomicFile.ReadJson<ProcessIdentity>(_folder.File("self.json"))!;

        Assert.True(kept.IsAlive);
        Assert.False((kept with { StartedAt = self.StartedAt, Start = "another boot/" + kept.Start!.Split('/')[1] }).IsAlive);
        Assert.False((kept with { StartedAt = self.StartedAt, Start = kept.Start + "0" }).IsAlive);
        Assert.False((kept with { Pid = int.MaxValue }).IsAlive);
    }

    [Fact]
    public void A_process_that_an_older_host_has_noted_is_known_by_the_clock()
    {
        var self = ProcessIdentity.Current();
        File.WriteAllText(_folder.File("older.json"), $$"""{ "pid": {{self.Pid}}, "startedAt": "{{self.StartedAt:O}}" }""");

        var noted = AtomicFile.ReadJson<ProcessIdentity>(_folder.File("older.json"))!;

        Assert.True(noted.IsAlive);
        Assert.False((noted with { StartedAt = self.StartedAt.AddHours(-1) }).IsAlive);
    }
}
