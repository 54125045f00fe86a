using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Tests;

public sealed class RotatingLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_log_keeps_its_newest_lines_within_a_bounded_size_and_number_of_files()
    {
        var log = new RotatingLog(_folder.File("api.log"), maximumBytes: 100, olderFiles: 2);
        for (var line = 0; line < 100; line++)
        {
            log.Append($"line {line:000}");
        }

        var files = Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).Select(Path.GetFileName);
        Assert.Equal(["api.log", "api.log.1", "api.log.2"], files);
        Assert.All(Directory.GetFiles(_folder.Path), static file => Assert.InRange(new FileInfo(file).Length, 1, 100));
        Assert.EndsWith("line 099\n", File.ReadAllText(_folder.File("api.log")), StringComparison.Ordinal);
        var kept = new[] { "api.log.2", "api.log.1", "api.log" }.SelectMany(name => File.ReadLines(_folder.File(name))).ToList();
        Assert.Equal(Enumerable.Range(100 - kept.Count, kept.Count).Select(static line => $"line {line:000}"), kept);
    }

    [Fact]
    public void A_line_longer_than_a_file_is_kept_whole()
    {
        var log = new RotatingLog(_folder.File("api.log"), maximumBytes: 10, olderFiles: 1);
        log.Append(new string('x', 50));
        log.Append("next");
        Assert.Equal(51, new FileInfo(_folder.File("api.log.1")).Length);
    }

    [Fact]
    public void A_restarted_host_goes_on_in_the_same_file()
    {
        new RotatingLog(_folder.File("api.log")).Append("before");
        new RotatingLog(_folder.File("api.log")).Append("after");
        Assert.Equal(["before", "after"], File.ReadLines(_folder.File("api.log")));
    }

    [Fact]
    public void Two_hosts_that_write_at_once_lose_no_line_to_each_other()
    {
        RotatingLog[] hosts = [.. Enumerable.Range(0, 2).Select(_ => new RotatingLog(_folder.File("api.log"), maximumBytes: 400, olderFiles: 90))];
        hosts[0].Append("host 0 is there");
        hosts[1].Append("host 1 is there");
        Parallel.For(0, 2, host =>
        {
            for (var line = 0; line < 500; line++)
            {
                hosts[host].Append($"host {host} line {line}");
            }
        });

        var lines = Directory.GetFiles(_folder.Path).SelectMany(File.ReadLines).ToList();
        var expected = Enumerable.Range(0, 2).SelectMany(static host => Enumerable.Range(0, 500).Select(line => $"host {host} line {line}").Append($"host {host} is there"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_disk_costs_the_lines_that_find_no_room_and_no_others()
    {
        RequiredTool.Demand(File.Exists("/dev/full"), "a file that is always full is not on this machine");
        File.CreateSymbolicLink(_folder.File("api.log"), "/dev/full");
        var log = new RotatingLog(_folder.File("api.log"));

        log.Append("lost");
        File.Delete(_folder.File("api.log"));
        log.Append("kept");

        Assert.Equal(["kept"], File.ReadLines(_folder.File("api.log")));
    }

    [Fact]
    public void A_log_that_cannot_be_rotated_goes_on_once_it_can()
    {
        var log = new RotatingLog(_folder.File("api.log"), maximumBytes: 10, olderFiles: 1);
        log.Append("first");
        Directory.CreateDirectory(_folder.File("api.log.1", "in the way"));
        log.Append("second");
        Directory.Delete(_folder.File("api.log.1"), recursive: true);
        log.Append("third");

        Assert.Equal(["first"], File.ReadLines(_folder.File("api.log.1")));
        Assert.Equal(["third"], File.ReadLines(_folder.File("api.log")));
    }
}
