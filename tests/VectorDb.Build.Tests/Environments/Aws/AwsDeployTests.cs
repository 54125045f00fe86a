using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Releases;
using VectorDb.Build.Tests.Emulator;
using static VectorDb.Build.Releases.LedgerEvent;

namespace VectorDb.Build.Tests.Environments.Aws;

/// <summary>Whole runs of Deploy in an emulated environment.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class AwsDeployTests(EmulatorFixture aws) : IClassFixture<EmulatorFixture>, IAsyncLifetime
{
    private AwsBuildRun _build = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _build = await AwsBuildRun.CreateAsync(aws);

    public async ValueTask DisposeAsync()
    {
        await aws.ControlAsync(HttpMethod.Delete, "faults");
        if (_build is not null)
        {
            await _build.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_first_deploy_leaves_a_whole_manifest_the_bundle_and_a_proved_release()
    {
        var release = await _build.DeployAsync("one");

        Assert.Equal([(DeployStarted, release), (Activated, release), (Verified, release)], await _build.EventsAsync());
        var manifest = (await _build.Catalog.FindAsync(release, Token))!;
        Assert.Equal(["vectordb-api/app", "vectordb-api/dashboard", "vectordb-api/nginx", "vectordb-api/worker"], manifest.Images.Keys.Order());
        Assert.Superset(new HashSet<string> { "bundle.tar", "user-data-web.sh", "user-data-worker.sh" }, manifest.RenderedFiles.Keys.ToHashSet());
        Assert.Equal((await _build.Site.GroupAsync("web"))!.Template, manifest.LaunchTemplates["web"]);
        Assert.Equal((await _build.Site.GroupAsync("worker"))!.Template, manifest.LaunchTemplates["worker"]);
        Assert.Equal(["redis-password"], manifest.SecretVersions.Keys);
        Assert.Null(manifest.Proved);
        Assert.DoesNotContain("canary-password", await File.ReadAllTextAsync(Path.Combine(_build.Root, "artifacts", _build.Site.Name, release.Value, "user-data-web.sh"), Token), StringComparison.Ordinal);
        using var bundle = await _build.Site.Account.S3.GetObjectAsync(_build.Site.Account.ReleaseBucket, $"bundles/{manifest.RenderedFiles["bundle.tar"].Hex}.tar", Token);
        Assert.True(bundle.ContentLength > 0);
        Assert.Contains("each of 2 instances answers with the right image", _build.Output, StringComparison.Ordinal);
        Assert.Contains($"--target=Status --environment={_build.Site.Name}", _build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unchanged_content_is_nothing_to_do()
    {
        var release = await _build.DeployAsync("one");

        Assert.Equal(0, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"Nothing to do: release {release} is active, verified and healthy at https://api.example.org/", _build.Output, StringComparison.Ordinal);
        Assert.Empty(await _build.Site.RefreshesAsync("web"));
        Assert.Equal(3, (await _build.LedgerAsync()).Count);
    }

    [Fact]
    public async Task A_second_release_takes_over_and_status_names_its_instances()
    {
        await _build.DeployAsync("one");
        _build.Site.Boots.Lowest = int.MaxValue;

        var second = await _build.DeployAsync("two");

        Assert.True(_build.Site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_build.Site.Boots.Lowest} served at times");
        Assert.All(await _build.Site.Boots.ServingAsync("web"), machine => Assert.Equal(second.Value, machine.Release));
        Assert.Equal(0, await _build.RunAsync("Status", "--json"));
        var status = JsonNode.Parse(_build.Output)!;
        Assert.Equal(second.Value, (string?)status["release"]!["id"]);
        Assert.Equal(["web", "web", "worker"], status["services"]!.AsArray().Select(static service => ((string)service!["name"]!).Split('/')[0]).Order());
    }

    [Fact]
    public async Task New_infrastructure_under_the_same_release_is_rolled_out_and_keeps_id_commit_and_maker()
    {
        var release = await _build.DeployAsync("one");
        var before = (await _build.Catalog.FindAsync(release, Token))!;
        _build.Applied.Infrastructure = "t3.xlarge";

        Assert.Equal(release, await _build.DeployAsync("one"));

        var after = (await _build.Catalog.FindAsync(release, Token))!;
        Assert.NotEqual(before.LaunchTemplates["web"], after.LaunchTemplates["web"]);
        Assert.Equal((before.CreatedAt, before.Commit, before.CreatedBy), (after.CreatedAt, after.Commit, after.CreatedBy));
        Assert.Null(after.Proved);
        Assert.Equal(after.LaunchTemplates["web"], (await _build.Site.GroupAsync("web"))!.Template);
    }

    [Fact]
    public async Task New_infrastructure_that_fails_under_the_only_release_returns_to_what_it_ran_on()
    {
        var release = await _build.DeployAsync("one");
        var before = (await _build.Catalog.FindAsync(release, Token))!;
        var running = (await _build.Site.Boots.ServingAsync("web")).Select(static machine => machine.Id).ToHashSet();
        _build.Applied.Infrastructure = "t3.broken";
        _build.Site.Boots.How = machine => machine.Version == before.LaunchTemplates["web"].Version ? Boot.Serves : Boot.Abandons;
        _build.Site.Boots.Lowest = int.MaxValue;

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Equal([(DeployStarted, release), (Failed, release), (RolledBack, release), (Activated, release), (Verified, release), (Frozen, null)], (await _build.EventsAsync()).TakeLast(6));
        Assert.Equal(before.LaunchTemplates["web"], (await _build.Catalog.FindAsync(release, Token))!.LaunchTemplates["web"]);
        Assert.Equal(before.LaunchTemplates["web"], (await _build.Site.GroupAsync("web"))!.Template);
        Assert.Equal(running.Order(), (await _build.Site.Boots.ServingAsync("web")).Select(static machine => machine.Id).Order());
        Assert.True(_build.Site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_build.Site.Boots.Lowest} served at times");
    }

    [Fact]
    public async Task A_worker_that_fails_takes_the_web_group_back_too_and_deploys_are_frozen()
    {
        var first = await _build.DeployAsync("one");
        var before = (await _build.Catalog.FindAsync(first, Token))!;
        _build.Site.Boots.How = machine => machine.Profile == "worker" && machine.Release != first.Value ? Boot.Abandons : Boot.Serves;
        _build.Site.Boots.Lowest = int.MaxValue;
        await _build.PublishAsync("two");

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Matches($"Instance i-[0-9a-f]+ of vectordb-{_build.Site.Name}-worker (gave up|is gone)", _build.Output);
        Assert.Contains("The last lines of worker-bootstrap's log:", _build.Output, StringComparison.Ordinal);
        Assert.Contains("failed in line 97 with exit code 1", _build.Output, StringComparison.Ordinal);
        Assert.Contains($"Rolled back: release {first} is active again.", _build.Output, StringComparison.Ordinal);
        foreach (var profile in new[] { "web", "worker" })
        {
            var group = (await _build.Site.GroupAsync(profile))!;
            Assert.Equal(before.LaunchTemplates[profile], group.Template);
            Assert.All(group.Instances.Where(static instance => instance.Lifecycle == "InService"), instance => Assert.Equal(before.LaunchTemplates[profile], instance.Template));
        }

        Assert.True(_build.Site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_build.Site.Boots.Lowest} served at times");
        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));
        Assert.Contains("Deploys are frozen", _build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_smoke_test_that_fails_brings_the_release_before_back()
    {
        var first = await _build.DeployAsync("one");
        await _build.PublishAsync("two");
        _build.Api.Fault = VectorDb.Build.Tests.SmokeTest.Fault.WriteFails;

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains("disk full", _build.Output, StringComparison.Ordinal);
        Assert.All(await _build.Site.Boots.ServingAsync("web"), machine => Assert.Equal(first.Value, machine.Release));
    }

    [Fact]
    public async Task A_first_release_that_fails_leaves_nothing_running()
    {
        _build.Site.Boots.How = static _ => Boot.Abandons;
        await _build.PublishAsync("one");

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains("There was no release to return to: nothing is active now.", _build.Output, StringComparison.Ordinal);
        Assert.Empty(await _build.Site.Boots.AllAsync());
        Assert.Equal(4, await _build.RunAsync("Status"));
    }

    [Fact]
    public async Task The_only_release_is_not_stopped_when_its_own_proof_fails_once_more()
    {
        var release = await _build.DeployAsync("one");
        _build.Api.Fault = VectorDb.Build.Tests.SmokeTest.Fault.DependencyDown;
        var sick = (await _build.Site.Boots.ServingAsync("web"))[0].Id;
        await aws.ControlAsync(HttpMethod.Put, $"targets/{sick}", new { state = "draining" });

        var run = _build.RunAsync("Deploy", "--exclusive");
        await Eventually.TrueAsync(async () => (await _build.EventsAsync()).Count(static entry => entry.Event == DeployStarted) == 2, "the second deploy begins");
        await aws.ControlAsync(HttpMethod.Put, $"targets/{sick}", new { });

        Assert.Equal(1, await run);
        Assert.Contains($"There is no other release to return to: {release} was active before and still is.", _build.Output, StringComparison.Ordinal);
        Assert.Equal(AwsSite.WebMinimum, (await _build.Site.Boots.ServingAsync("web")).Count);
    }

    [Fact]
    public async Task What_served_unproved_is_not_stopped_when_the_next_release_fails()
    {
        var first = await _build.DeployAsync("one");
        await ForgetAsync(Verified);
        _build.Site.Boots.How = machine => machine.Release == first.Value ? Boot.Serves : Boot.Abandons;
        _build.Site.Boots.Lowest = int.MaxValue;
        await _build.PublishAsync("two");

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"Rolled back: release {first} is active again.", _build.Output, StringComparison.Ordinal);
        Assert.True(_build.Site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_build.Site.Boots.Lowest} served at times");
    }

    [Fact]
    public async Task A_signal_in_the_middle_goes_back_and_keeps_the_lock_until_that_is_done()
    {
        var first = await _build.DeployAsync("one");
        _build.Site.Boots.How = machine => machine.Release == first.Value ? Boot.Serves : Boot.Hangs;
        var held = new List<string?>();
        _build.Site.Boots.Meets = _ => _build.SignalAsync();
        await _build.PublishAsync("two");

        var run = _build.RunAsync("Deploy", "--exclusive");
        while (!run.IsCompleted)
        {
            if (!await IsTakingBackAsync())
            {
                continue;
            }

            var purpose = (await _build.Lock.ReadAsync(Token)).Holder?.Purpose;
            if (await IsTakingBackAsync())
            {
                held.Add(purpose);
            }
        }

        Assert.Equal(1, await run);
        Assert.NotEmpty(held);
        Assert.All(held, static purpose => Assert.Equal("Deploy", purpose));
        Assert.Contains("A signal ended the run; taking back what was begun.", _build.Output, StringComparison.Ordinal);
        Assert.Null((await _build.Lock.ReadAsync(Token)).Holder);
        Assert.All(await _build.Site.Boots.AllAsync(), machine => Assert.Equal(first.Value, machine.Release));
        Assert.Equal((Activated, first), (await _build.EventsAsync()).Last(static entry => entry.Event == Activated));

        async Task<bool> IsTakingBackAsync() => (await _build.EventsAsync()).Last().Event == Cancelled;
    }

    [Fact]
    public async Task Of_two_deploys_at_once_one_wins_and_the_other_names_who_holds_the_lock()
    {
        await using var another = await _build.AnotherAsync();
        await _build.PublishAsync("one");
        await another.PublishAsync("two");

        // The one that wins gets no further than its first instance until the other has ended.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _build.Site.Boots.Meets = _ => ended.Task.WaitAsync(TimeSpan.FromSeconds(45), Token);

        Task<int>[] runs = [_build.RunAsync("Deploy", "--exclusive"), another.RunAsync("Deploy", "--exclusive")];
        await Task.WhenAny(runs);
        ended.SetResult();
        var exitCodes = await Task.WhenAll(runs);

        Assert.Equal([0, 1], exitCodes.Order());
        var (winner, loser) = exitCodes[0] == 0 ? (_build, another) : (another, _build);
        Assert.Contains($"Deploy by arn:aws:sts::{EmulatedAws.Account}:user/moto ({Environment.MachineName}/{Environment.ProcessId}) holds the lock since", loser.Output, StringComparison.Ordinal);
        var release = Assert.Single(await _build.LedgerAsync(), static entry => entry.Event == Verified).Release!.Value;
        Assert.Contains($"Release {release} is live and verified", winner.Output, StringComparison.Ordinal);
        Assert.All(await _build.Site.Boots.AllAsync(), machine => Assert.Equal(release.Value, machine.Release));
    }

    [Fact]
    public async Task Credentials_that_run_out_in_the_middle_say_so_and_the_next_deploy_recovers()
    {
        await _build.DeployAsync("one");
        var expired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var met = 0;
        _build.Site.Boots.Meets = async _ =>
        {
            if (Interlocked.Increment(ref met) > 1)
            {
                return;
            }

            await ExpireAsync();
            expired.SetResult();
        };
        await _build.PublishAsync("two");

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains("The credentials ran out: take fresh ones and run the command again.", _build.Output, StringComparison.Ordinal);
        Assert.Contains($"was not taken back. Look: ./build.sh --target=Status --environment={_build.Site.Name}", _build.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("A signal ended the run", _build.Output, StringComparison.Ordinal);
        _build.Site.Boots.Meets = static _ => Task.CompletedTask;
        await expired.Task.WaitAsync(Token);
        await aws.ControlAsync(HttpMethod.Delete, "faults");
        await FreeLockAsync();
        var second = await _build.DeployAsync("two");
        Assert.All(await _build.Site.Boots.ServingAsync("web"), machine => Assert.Equal(second.Value, machine.Release));
    }

    [Fact]
    public async Task A_raised_alarm_refuses_a_deploy_before_anything_moves_but_no_rollback()
    {
        var first = await _build.DeployAsync("one");
        await _build.DeployAsync("two");
        var refreshes = (await _build.Site.RefreshesAsync("web")).Count;
        await _build.Site.RaiseAlarmAsync();
        await _build.PublishAsync("one");

        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));

        Assert.Contains($"Nothing was moved: {_build.Site.Alarm} stands in ALARM already (three answers of 500).", _build.Output, StringComparison.Ordinal);
        Assert.Equal(refreshes, (await _build.Site.RefreshesAsync("web")).Count);
        Assert.DoesNotContain(Frozen, (await _build.EventsAsync()).Select(static entry => entry.Event));
        Assert.Equal(0, await _build.RunAsync("Rollback"));
        Assert.All(await _build.Site.Boots.ServingAsync("web"), machine => Assert.Equal(first.Value, machine.Release));
    }

    [Fact]
    public async Task A_rollback_returns_to_the_release_before_within_a_budget_and_freezes_deploys()
    {
        var first = await _build.DeployAsync("one");
        var second = await _build.DeployAsync("two");
        _build.Site.Boots.Lowest = int.MaxValue;

        Assert.Equal(0, await _build.RunAsync("Rollback"));

        var took = Regex.Match(_build.Output, $"Release {first} is live again at https://api.example.org/; it took ([0-9.]+) s of a budget of ([0-9]+) s");
        Assert.True(took.Success, _build.Output);
        Assert.InRange(double.Parse(took.Groups[1].Value, CultureInfo.InvariantCulture), 0, double.Parse(took.Groups[2].Value, CultureInfo.InvariantCulture));
        Assert.Equal([(RollbackStarted, first), (Activated, first), (Verified, first), (RolledBack, second), (Frozen, null)], (await _build.EventsAsync()).TakeLast(5));
        Assert.DoesNotContain("BakeTime", (await _build.Site.PreferencesAsync("web")).Keys);
        Assert.True(_build.Site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_build.Site.Boots.Lowest} served at times");
        Assert.Equal(1, await _build.RunAsync("Deploy", "--exclusive"));
        Assert.Contains($"Deploys are frozen", _build.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _build.RunAsync("History"));
    }

    [Fact]
    public async Task After_a_kill_in_the_middle_the_active_release_is_still_the_old_one_and_a_deploy_is_not_nothing_to_do()
    {
        var first = await _build.DeployAsync("one");
        _build.Applied.Infrastructure = "t3.xlarge";
        var before = (await _build.Catalog.FindAsync(first, Token))!;
        var next = before with { LaunchTemplates = await _build.Site.PublishAsync(), Proved = before };
        await _build.Catalog.ReplaceAsync(next, Token);

        Assert.Equal(0, await _build.RunAsync("Status", "--json"));
        Assert.Equal(first.Value, (string?)JsonNode.Parse(_build.Output)!["release"]!["id"]);
        Assert.Equal(first, await _build.DeployAsync("one"));

        Assert.DoesNotContain("Nothing to do", _build.Output, StringComparison.Ordinal);
        Assert.Null((await _build.Catalog.FindAsync(first, Token))!.Proved);
    }

    [Fact]
    public async Task Status_tells_why_the_load_balancer_does_not_send_to_an_instance()
    {
        await _build.DeployAsync("one");
        var sick = (await _build.Site.Boots.ServingAsync("web"))[0].Id;
        await aws.ControlAsync(HttpMethod.Put, $"targets/{sick}", new { state = "unhealthy", reason = "Target.ResponseCodeMismatch", description = "Health checks failed with these codes: [503]" });
        const string Why = "Health checks failed with these codes: [503] (Target.ResponseCodeMismatch)";

        Assert.Equal(3, await _build.RunAsync("Status", "--json"));
        var services = JsonNode.Parse(_build.Output)!["services"]!.AsArray();
        Assert.Equal(Why, (string?)Assert.Single(services, static service => service!["reason"] is not null)!["reason"]);
        Assert.Equal(3, await _build.RunAsync("Status"));

        Assert.Contains(Why, string.Join(' ', _build.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_minimum_that_is_lowered_is_the_groups_after_a_deploy_of_the_same_release()
    {
        var release = await _build.DeployAsync("one");
        _build.Set(("VECTORDB_WEB_MINIMUM", "1"));

        Assert.Equal(release, await _build.DeployAsync("one"));

        Assert.Equal(1, (await _build.Site.GroupAsync("web"))!.Min);
        Assert.Equal(0, await _build.RunAsync("Deploy", "--exclusive"));
        Assert.Contains("Nothing to do", _build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fleet_below_its_minimum_is_unhealthy_and_a_deploy_mends_it()
    {
        await _build.DeployAsync("one");
        await _build.Site.Account.Services.AutoScaling.ResizeAsync($"vectordb-{_build.Site.Name}-worker", 0, 4, 0, Token);
        await Eventually.TrueAsync(async () => (await _build.Site.Boots.ServingAsync("worker")).Count == 0, "the worker is gone");

        Assert.Equal(3, await _build.RunAsync("Status"));
        Assert.Contains("worker: 0 of 1", _build.Output, StringComparison.Ordinal);
        await _build.DeployAsync("one");

        Assert.Single(await _build.Site.Boots.ServingAsync("worker"));
    }

    /// <summary>From its first sign on the run can do nothing more, not even tidy up: for AWS that is a run that was killed.</summary>
    [Theory]
    [InlineData("the ledger has DeployStarted")]
    [InlineData("an instance boots as worker")]
    [InlineData("an instance boots as web")]
    [InlineData("the ledger has Activated")]
    [InlineData("the ledger has Verified")]
    public async Task A_run_that_ended_at_any_step_is_recovered_by_the_same_command(string when)
    {
        await _build.DeployAsync("one");
        var known = (await _build.LedgerAsync()).Count;
        var ended = 0;
        _build.Site.Boots.Meets = machine => when == $"an instance boots as {machine.Profile}" && Interlocked.Exchange(ref ended, 1) == 0 ? ExpireAsync() : Task.CompletedTask;
        _build.Site.Boots.Lowest = int.MaxValue;
        await _build.PublishAsync("two");

        var run = _build.RunAsync("Deploy", "--exclusive");
        while (!run.IsCompleted && Volatile.Read(ref ended) == 0)
        {
            if ((await _build.LedgerAsync()).Skip(known).Any(entry => when == $"the ledger has {entry.Event}"))
            {
                ended = 1;
                await ExpireAsync();
            }
        }

        await run;
        await aws.ControlAsync(HttpMethod.Delete, "faults");
        await FreeLockAsync();
        var second = await _build.DeployAsync("two");

        Assert.Equal((Verified, second), (await _build.EventsAsync()).Last(static entry => entry.Event == Verified));
        Assert.All(await _build.Site.Boots.ServingAsync("worker"), machine => Assert.Equal(second.Value, machine.Release));
        Assert.All(await _build.Site.Boots.ServingAsync("web"), machine => Assert.Equal(second.Value, machine.Release));
        Assert.True(_build.Site.Boots.Lowest >= AwsSite.WebMinimum, $"only {_build.Site.Boots.Lowest} served at times");
        Assert.Equal(0, await _build.RunAsync("Status"));
    }

    private async Task ExpireAsync()
    {
        foreach (var service in new[] { "autoscaling", "dynamodb", "s3", "ssm" })
        {
            await aws.ControlAsync(HttpMethod.Post, "faults", new { service, action = "*", times = 100_000, status = 400, code = "ExpiredTokenException", message = "The security token included in the request is expired" });
        }
    }

    private async Task ForgetAsync(LedgerEvent what)
    {
        var entries = await _build.LedgerAsync();
        for (var number = 0; number < entries.Count; number++)
        {
            if (entries[number].Event == what)
            {
                await _build.Site.Account.Dynamo.DeleteItemAsync(
                    _build.Site.Account.ReleaseTable, VectorDb.Build.Releases.Aws.ReleaseTable.Key("ledger", number + 1), Token);
            }
        }
    }

    /// <summary>What a minute's wait does: the run before could not give its lease back.</summary>
    private Task FreeLockAsync() => _build.Site.Account.Dynamo.DeleteItemAsync(
        _build.Site.Account.ReleaseTable, VectorDb.Build.Releases.Aws.ReleaseTable.Key("lock", 0), Token);
}
