using System.Diagnostics;
using System.Net.Sockets;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Publishing;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;
using VectorDb.Build.Rollout;
using VectorDb.Build.Tests.Releases;

namespace VectorDb.Build.Tests.Environments;

public sealed class LocalRolloutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalHome _home;
    private readonly LocalRollout _rollout;

    public LocalRolloutTests()
    {
        _home = new LocalHome(_folder.File("home"));
        _rollout = new LocalRollout(_home, port: null, Published, TimeProvider.System);
    }

    private string Published => _folder.File("publish");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _rollout.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Where_no_host_runs_nothing_is_active_and_stopping_does_nothing()
    {
        var status = await _rollout.StatusAsync(Cancellation);

        Assert.Null(status.Active);
        Assert.Null(status.Host);
        Assert.Equal(new Uri("http://127.0.0.1:8080"), status.Url);
        Assert.False(await _rollout.StopAsync(Cancellation));
    }

    [Theory]
    [InlineData("9123", 9123)]
    [InlineData("spoilt", 8080)]
    public async Task A_host_that_was_stopped_comes_back_where_it_listened(string kept, int port)
    {
        Directory.CreateDirectory(_home.Environment);
        await File.WriteAllTextAsync(Path.Combine(_home.Environment, "port"), kept, Cancellation);

        Assert.Equal(port, (await _rollout.StatusAsync(Cancellation)).Url.Port);
    }

    [Theory]
    [InlineData("home")]
    [InlineData("a-home-with-a-name-so-long-that-no-socket-below-it-could-be-named-in-the-one-hundred-and-eight-bytes-of-an-address")]
    public async Task The_running_host_tells_what_runs_and_where_wherever_its_socket_lies(string name)
    {
        var home = new LocalHome(_folder.File(name));
        using var rollout = new LocalRollout(home, port: null, Published, TimeProvider.System);
        await using var host = await FakeHost.StartAsync(home.ControlSocket);
        host.Active = Samples.Release(1).Value;
        host.Running.Add(host.Active);

        var status = await rollout.StatusAsync(Cancellation);

        Assert.Equal(Samples.Release(1), status.Active);
        Assert.True(status.ActiveRelease!.IsHealthy);
        Assert.Equal(new Uri("http://127.0.0.1:18099"), status.Url);
        Assert.Equal("feedfacecafe", status.Host);
    }

    [Fact]
    public async Task A_release_is_started_with_its_folder_activated_and_retired()
    {
        await using var host = await FakeHost.StartAsync(_home.ControlSocket);
        host.Running.Add(Samples.Release(2).Value);
        host.Active = Samples.Release(2).Value;

        await _rollout.StartAsync(Samples.Manifest(1), Cancellation);
        Assert.Equal(Samples.Release(2), await _rollout.ActivateAsync(Samples.Manifest(1), RolloutPace.Watched, Cancellation));
        await _rollout.RetireAsync(Samples.Release(2), wait: false, Cancellation);
        await _rollout.RetireAsync(Samples.Release(3), wait: true, Cancellation);
        await _rollout.StandDownAsync(Samples.Release(2), wait: true, Cancellation);

        Assert.Equal(
            [
                "/releases/000000000001/start", "/releases/000000000001/activate",
                "/releases/000000000002/retire?wait=false&standby=false", "/releases/000000000002/retire?wait=true&standby=true",
            ],
            host.Told);
    }

    [Theory]
    [InlineData("healthy", false, false)]
    [InlineData("draining", true, false)]
    [InlineData("standby", true, true)]
    public async Task A_release_that_drains_or_stands_by_leaves_by_itself(string state, bool leaves, bool standsBy)
    {
        await using var host = await FakeHost.StartAsync(_home.ControlSocket);
        host.Running.Add(Samples.Release(2).Value);
        host.State = state;

        var release = Assert.Single((await _rollout.StatusAsync(Cancellation)).Running);

        Assert.Equal((leaves, standsBy), (release.IsLeaving, release.StandsBy));
    }

    [Fact]
    public async Task A_host_that_is_being_stopped_says_so_and_is_waited_for_before_the_next_is_started()
    {
        var (manifest, _) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        await using var host = await FakeHost.StartAsync(_home.ControlSocket);
        host.Stopping = true;
        Assert.True((await _rollout.StatusAsync(Cancellation)).IsStopping);

        var prepared = _rollout.PrepareAsync(manifest, RolloutPace.Return, Cancellation);
        Assert.False(prepared.IsCompleted);
        await host.DisposeAsync();

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => prepared);
        Assert.Contains("The local host did not start (exit code", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_that_ran_is_resumed_where_its_folder_is_there_and_else_that_of_the_release()
    {
        var (manifest, output) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        var ran = Directory.CreateDirectory(Path.Combine(_home.Hosts, "0123456789ab")).FullName;

        var resumed = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.ResumeAsync(manifest, "0123456789ab", Cancellation));
        Directory.Delete(ran);
        var made = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.ResumeAsync(manifest, "0123456789ab", Cancellation));

        Assert.Contains(ran, resumed.Message, StringComparison.Ordinal);
        Assert.Contains(_home.FolderOf(output.Host), made.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_not_taken_for_what_does_not_run()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_home.ControlSocket)!);
        using (var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            other.Bind(new UnixDomainSocketEndPoint(_home.ControlSocket));
            var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.StatusAsync(Cancellation));
            Assert.Contains(_home.ControlSocket, failure.Message, StringComparison.Ordinal);
        }

        File.Delete(_home.ControlSocket);
        await File.WriteAllTextAsync(_home.ControlSocket, "", Cancellation);
        Assert.Null((await _rollout.StatusAsync(Cancellation)).Host);
    }

    [Fact]
    public async Task Whose_host_it_is_that_cannot_be_asked_is_said()
    {
        Directory.CreateDirectory(_home.Environment);
        using var host = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read -r _", "/elsewhere/VectorDb.LocalHost.dll", "--home", _home.Environment])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;

        Assert.Contains($"process {host.Id} of {Environment.UserName}. Run this as its owner", HostOwner.Describe(_home), StringComparison.Ordinal);

        host.StandardInput.Close();
        await host.WaitForExitAsync(Cancellation);
        Assert.DoesNotContain("process", HostOwner.Describe(_home), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_host_names_service_reason_and_log()
    {
        await using var host = await FakeHost.StartAsync(_home.ControlSocket);
        host.Refuses = true;

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.StartAsync(Samples.Manifest(1), Cancellation));

        Assert.Equal("api ended with exit code 1", failure.Message);
        Assert.Equal("api", failure.Service);
        Assert.Equal(["boom"], failure.Log);
    }

    [Fact]
    public async Task Another_port_than_the_running_hosts_is_refused_with_the_way_to_change_it()
    {
        await using var host = await FakeHost.StartAsync(_home.ControlSocket);
        using var rollout = new LocalRollout(_home, port: 9999, Published, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => rollout.PrepareAsync(Samples.Manifest(1), RolloutPace.Watched, Cancellation));

        Assert.Contains("--target=Deploy --port=9999", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_cannot_start_says_why()
    {
        var (manifest, _) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);

        var failure = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.PrepareAsync(manifest, RolloutPace.Watched, Cancellation));

        Assert.Contains("The local host did not start (exit code", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_files_were_removed_is_named_by_what_cannot_start_beside_it_and_cannot_stop_it()
    {
        Directory.CreateDirectory(Path.Combine(_home.Environment, "run"));
        using var host = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read -r _", "/elsewhere/VectorDb.LocalHost.dll", "--home", _home.Environment])
        {
            WorkingDirectory = _home.Environment,
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        Assert.False(await _rollout.StopAsync(Cancellation));

        Directory.Delete(_home.Root, recursive: true);
        var (manifest, _) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        var start = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.PrepareAsync(manifest, RolloutPace.Watched, Cancellation));
        var stop = await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.StopAsync(Cancellation));

        Assert.All([start, stop], failure => Assert.EndsWith($"kill {host.Id}", failure.Message, StringComparison.Ordinal));
        host.StandardInput.Close();
        await host.WaitForExitAsync(Cancellation);
        Assert.False(await _rollout.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Staging_is_whole_or_not_at_all_and_replaces_what_a_killed_run_left()
    {
        var (manifest, _) = Publish();
        var half = Directory.CreateDirectory(Path.Combine(_home.FolderOf(manifest.Release), "api"));
        File.WriteAllText(Path.Combine(half.FullName, "half.dll"), "");
        Directory.CreateDirectory(Path.Combine(_home.Releases, ".staging-abc"));

        await _rollout.StageAsync(manifest, Cancellation);

        Assert.Equal(manifest.Services["api"], ContentHash.OfFolder(half.FullName));
        Assert.Equal([_home.FolderOf(manifest.Release)], Directory.GetDirectories(_home.Releases));
    }

    [Fact]
    public async Task A_staged_release_is_never_touched_again()
    {
        var (manifest, _) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        await new FileReleaseCatalog(_home.Releases).AddAsync(manifest, Cancellation);
        var file = Path.Combine(_home.FolderOf(manifest.Release), "api", "program.dll");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);

        await _rollout.StageAsync(manifest, Cancellation);

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public async Task A_damaged_release_and_a_damaged_host_are_staged_anew_under_the_manifest_of_the_first_deploy()
    {
        var (manifest, output) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        var catalog = new FileReleaseCatalog(_home.Releases);
        await catalog.AddAsync(manifest, Cancellation);
        Directory.Delete(Path.Combine(_home.FolderOf(manifest.Release), "worker"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(_home.FolderOf(manifest.Release), "api", "program.dll"), "", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_home.FolderOf(output.Host), "program.dll"), "", Cancellation);

        await _rollout.StageAsync(manifest with { CreatedBy = "grace@desk" }, Cancellation);

        Assert.All(manifest.Services, service => Assert.Equal(service.Value, ContentHash.OfFolder(Path.Combine(_home.FolderOf(manifest.Release), service.Key))));
        Assert.Equal(output.Host, ContentHash.OfFolder(_home.FolderOf(output.Host)));
        Assert.Equal("ada@laptop", (await catalog.FindAsync(manifest.Release, Cancellation))!.CreatedBy);
    }

    [Fact]
    public async Task What_runs_keeps_its_files_whatever_became_of_them()
    {
        var (manifest, _) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        var file = Path.Combine(_home.FolderOf(manifest.Release), "api", "program.dll");
        await File.WriteAllTextAsync(file, "changed by hand", Cancellation);
        await using var host = await FakeHost.StartAsync(_home.ControlSocket);
        host.Running.Add(manifest.Release.Value);

        await _rollout.StageAsync(manifest, Cancellation);

        Assert.Equal("changed by hand", await File.ReadAllTextAsync(file, Cancellation));
    }

    [Fact]
    public async Task Bytes_that_change_while_they_are_copied_are_noticed()
    {
        var (manifest, _) = Publish();
        await File.WriteAllTextAsync(_folder.File("publish", "worker", "program.dll"), "changed", Cancellation);

        await Assert.ThrowsAsync<RolloutFailedException>(() => _rollout.StageAsync(manifest, Cancellation));

        Assert.Empty(Directory.GetFileSystemEntries(_home.Releases));
    }

    [Fact]
    public async Task Hosts_that_no_kept_release_needs_are_removed()
    {
        var (manifest, output) = Publish();
        await _rollout.StageAsync(manifest, Cancellation);
        Directory.CreateDirectory(Path.Combine(_home.Hosts, "0123456789ab"));

        await _rollout.TidyAsync([manifest], Cancellation);

        Assert.Equal([_home.FolderOf(output.Host)], Directory.GetDirectories(_home.Hosts));
        Directory.Delete(_home.Hosts, recursive: true);
        await _rollout.TidyAsync([manifest], Cancellation);
    }

    [Fact]
    public void The_home_is_in_the_repository_unless_the_variable_moves_it()
    {
        Assert.Equal("/repo/.vectordb", LocalHome.Of("/repo", null).Root);
        Assert.Equal("/elsewhere", LocalHome.Of("/repo", "/elsewhere").Root);
    }

    private (Manifest Manifest, PublishedOutput Output) Publish()
    {
        foreach (var name in PublishedOutput.ServiceNames.Append(PublishedOutput.HostName))
        {
            Directory.CreateDirectory(_folder.File("publish", name));
            File.WriteAllText(_folder.File("publish", name, "program.dll"), name);
        }

        var output = PublishedOutput.Read(_folder.File("publish"));
        return (Samples.Manifest(1) with { Services = output.Services, Host = output.Host }, output);
    }
}
