using Microsoft.Extensions.Time.Testing;
using VectorDb.Build.Backups;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Processes;
using VectorDb.Build.Publishing;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Tests.Environments;

public sealed class LocalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalHome _home;
    private readonly LocalData _data;

    public LocalDataTests()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        _home = new LocalHome(_folder.File("home"));
        var commands = new CommandRunner(TimeProvider.System);
        var journal = new StepJournal(BuildConsole.Create(TextWriter.Null), time);
        var workspace = new Workspace(_folder.Path, new Orphans(_folder.Path, new SystemProcessTable()), journal);
        var environment = new LocalEnvironment(
            _home, port: null, new Dictionary<string, string>(), new Publication(workspace, new CompiledOutput(workspace), journal), new LocalSmokeKey(new LocalApiKeys(_home.Secrets)), time);
        _data = new LocalData(_home, environment, commands, time);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Restored_data_takes_the_place_of_what_is_set_aside_and_keeps_the_keys_of_today()
    {
        Write(_home.Data, "vectors.db", "now");
        Write(Path.Combine(_home.Data, "keys"), "key-1.xml", "sessions of today");
        Write(_folder.File("backup"), "vectors.db", "then");

        var aside = _data.Replace(_folder.File("backup"));

        Assert.Equal(_home.Data + ".before-restore-20260102T030405Z", aside);
        Assert.Equal("then", File.ReadAllText(Path.Combine(_home.Data, "vectors.db")));
        Assert.Equal("sessions of today", File.ReadAllText(Path.Combine(_home.Data, "keys", "key-1.xml")));
        Assert.Equal("now", File.ReadAllText(Path.Combine(aside!, "vectors.db")));
        Assert.False(Directory.Exists(_folder.File("backup")));
    }

    [Fact]
    public void What_was_set_aside_can_be_put_back()
    {
        Write(_home.Data, "vectors.db", "now");
        Write(_folder.File("backup"), "vectors.db", "then");

        _data.TakeBack(_data.Replace(_folder.File("backup")));

        Assert.Equal("now", File.ReadAllText(Path.Combine(_home.Data, "vectors.db")));
        Assert.Equal([_home.Data], Directory.GetDirectories(_home.Environment));
    }

    [Fact]
    public void Where_there_was_no_data_nothing_is_set_aside()
    {
        Write(_folder.File("backup"), "vectors.db", "then");
        Directory.CreateDirectory(_home.Environment);

        Assert.Null(_data.Replace(_folder.File("backup")));

        Assert.Equal("then", File.ReadAllText(Path.Combine(_home.Data, "vectors.db")));
    }

    [Fact]
    public async Task Where_nothing_was_ever_deployed_there_is_nothing_to_copy()
    {
        var refused = await Assert.ThrowsAsync<BackupRefusedException>(() => _data.CopyAsync(_folder.File("copy"), TestContext.Current.CancellationToken));

        Assert.Equal("Nothing was ever deployed here, so there is nothing to back up.", refused.Message);
    }

    private static void Write(string folder, string name, string text)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name), text);
    }
}
