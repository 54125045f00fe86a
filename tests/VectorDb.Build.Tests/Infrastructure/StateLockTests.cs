using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Time.Testing;
using VectorDb.Build.Environments.Local;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;
using VectorDb.Build.Tests.Rollout;
using VectorDb.Build.Tests.SmokeTest;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>What a killed Terraform leaves, with the real one and its state in an emulated bucket.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class StateLockTests : IAsyncLifetime
{
    private const string Bucket = "states";
    private const string Key = "one.tfstate";

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);
    private MotoServer _moto = null!;
    private AmazonS3Client _s3 = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("terraform");
        _moto = await MotoServer.StartAsync(Token, Path.Combine(Repository.Root, "build", "Environments", "Rehearsal", "emulator"));
        _s3 = new AmazonS3Client(
            new BasicAWSCredentials("test", "test"), new AmazonS3Config { ServiceURL = _moto.Endpoint.AbsoluteUri, AuthenticationRegion = EmulatedAws.Region, ForcePathStyle = true });
        await _s3.PutBucketAsync(Bucket, Token);
        Directory.CreateDirectory(_folder.File("root"));
        await File.WriteAllTextAsync(
            _folder.File("root", "main.tf"),
            """
            terraform {
              backend "s3" { use_lockfile = true }
            }

            resource "terraform_data" "slow" {
              provisioner "local-exec" { command = "sleep 300" }
            }
            """,
            Token);
    }

    public async ValueTask DisposeAsync()
    {
        _s3?.Dispose();
        if (_moto is not null)
        {
            await _moto.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task The_lock_of_an_apply_that_was_killed_is_taken_away_once_it_is_known_to_be_abandoned()
    {
        await KillAnApplyAsync();
        StateLock? held = null;
        var terraform = new Terraform(_commands, Root, (found, _) =>
        {
            held = found;
            return Task.FromResult(true);
        });

        var plan = await terraform.PlanAsync("again", destroy: false, Token);

        Assert.True(plan.HasChanges);
        Assert.Equal("OperationTypeApply", held!.Operation);
        Assert.InRange(DateTimeOffset.UtcNow - held.Created, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.Contains($"aws s3 rm s3://{Bucket}/{Key}.tflock", new StateLockedException(held, Root).Message, StringComparison.Ordinal);
        Assert.False(await IsLockedAsync());
    }

    [Fact]
    public async Task Only_who_holds_the_lease_calls_a_lock_abandoned_and_only_an_old_one()
    {
        await using var api = await SampleApi.StartAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var said = new StringWriter();
        var journal = new StepJournal(BuildConsole.Create(said), TimeProvider.System);
        var gate = new ReleaseGate(new TestEnvironment(_folder.Path, new FakeRollout(api), new LocalSmokeKey(new LocalApiKeys(_folder.File("secrets")))), journal, TimeProvider.System);
        var abandoned = new AbandonedLock(new Lazy<ReleaseGate>(gate), journal, time);
        var held = new StateLock("id", "OperationTypeApply", "ada@laptop", time.GetUtcNow() - TimeSpan.FromMinutes(1));

        Assert.False(await abandoned.IsAbandonedAsync(held, Token));
        await gate.EnterAsync("Deploy", despiteFreeze: false, overWaiting: false, Token);
        var waiting = abandoned.IsAbandonedAsync(held, Token);
        Assert.False(waiting.IsCompleted);
        time.Advance(AbandonedLock.Age);

        Assert.True(await waiting);
        Assert.Contains("ada@laptop", said.ToString(), StringComparison.Ordinal);
        await gate.LeaveAsync();
    }

    private TerraformRoot Root => new(_folder.File("root"), _folder.File("work"))
    {
        Backend = EmulatedProvider.Backend(Bucket, Key, _moto.Endpoint),
        Environment = RehearsalCaller.Named("test").Variables,
    };

    private async Task KillAnApplyAsync()
    {
        var terraform = new Terraform(_commands, Root);
        await terraform.InitializeAsync(withState: true, Token);
        var plan = await terraform.PlanAsync("first", destroy: false, Token);
        var killed = new CommandRunner(TimeProvider.System);
        var apply = new Terraform(killed, Root).ApplyAsync(plan, static _ => { }, Token);
        await Eventually.TrueAsync(IsLockedAsync, "the apply has the lock");
        killed.KillAll();
        await Assert.ThrowsAsync<CommandFailedException>(() => apply);
        Assert.True(await IsLockedAsync());
    }

    private async Task<bool> IsLockedAsync() =>
        ((await _s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Token)).S3Objects ?? []).Exists(static found => found.Key.EndsWith(".tflock", StringComparison.Ordinal));
}
