using VectorDb.Build.ApiKeys;
using VectorDb.Build.Preflight;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Preflight;

[Trait(Suites.Trait, Suites.Full)]
public sealed class KeyScanTests : IDisposable
{
    // In two parts, or this file would be a finding itself.
    private static readonly string[] Keys =
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "sk-" + "proj-0123456789abcdefghijklmnopqrstuvwxyzABCD",
        "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz",
        ApiKey.Create("ada", KeyScope.Write).Plain,
    ];

    private readonly TemporaryFolder _clone = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);

    public KeyScanTests() => RequiredTool.Find("git");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _clone.Dispose();

    public static TheoryData<int> Each => [0, 1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Each))]
    public async Task A_key_in_a_tracked_file_is_found_and_never_shown(int key)
    {
        await CommitAsync("config/app.json", $"key: {Keys[key]}\n");

        var finding = (await ScanAsync())[0];

        Assert.Equal("config/app.json holds what looks like a key", finding.What);
        Assert.DoesNotContain(Keys[key][..12], finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_removed_is_still_in_the_history()
    {
        await CommitAsync("app.json", "nothing yet\n");
        await CommitAsync("app.json", $"key: {Keys[0]}\n");
        var commit = (await GitAsync("rev-parse", "--short", "HEAD")).Trim();
        await CommitAsync("app.json", "nothing any more\n");

        var finding = Assert.Single(await ScanAsync());

        Assert.Equal($"app.json held what looks like a key in commit {commit}", finding.What);
        Assert.Contains($"git show {commit} -- app.json", finding.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clone_without_its_history_is_a_finding_of_its_own()
    {
        await CommitAsync("readme", "one\n");
        await CommitAsync("readme", "two\n");
        using var shallow = new TemporaryFolder();
        await GitAsync("clone", "-q", "--depth=1", $"file://{_clone.Path}", shallow.File("clone"));

        var finding = Assert.Single(await new KeyScan(shallow.File("clone"), _commands).FindAsync(Token));

        Assert.Equal("This clone has a part of the history only", finding.What);
    }

    [Fact]
    public async Task A_key_on_another_branch_is_found_too()
    {
        await CommitAsync("readme", "text\n");
        await GitAsync("checkout", "-q", "-b", "trial");
        await CommitAsync("notes", $"{Keys[3]}\n");
        await GitAsync("checkout", "-q", "-");

        Assert.Contains("notes", Assert.Single(await ScanAsync()).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_committed_settings_file_is_found_and_its_template_is_none()
    {
        await CommitAsync(".env.production.template", "VECTORDB_REGION=\n");
        await CommitAsync(".env.staging", "VECTORDB_REGION=eu-central-1\n");
        await GitAsync("rm", "-q", ".env.staging");
        await CommitAsync("readme", "text\n");

        Assert.Equal(".env.staging is or was in the repository", Assert.Single(await ScanAsync()).What);
    }

    [Fact]
    public async Task A_file_on_the_allow_list_is_no_finding()
    {
        await CommitAsync("tests/sample.pem", $"{Keys[1]}\n");
        await CommitAsync(KeyScan.AllowList, "# false alarms\ntests/sample.pem  # made for a test\n");

        Assert.Empty(await ScanAsync());
    }

    [Fact]
    public async Task This_repository_holds_no_key() =>
        Assert.Empty(await new KeyScan(Repository.Root, _commands).FindAsync(Token));

    private Task<IReadOnlyList<Finding>> ScanAsync() => new KeyScan(_clone.Path, _commands).FindAsync(Token);

    private async Task CommitAsync(string path, string text)
    {
        if (!Directory.Exists(_clone.File(".git")))
        {
            await GitAsync("init", "-q");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_clone.File(path))!);
        await File.WriteAllTextAsync(_clone.File(path), text, Token);
        await GitAsync("add", "-A");
        await GitAsync("-c", "user.name=ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "Change");
    }

    private async Task<string> GitAsync(params string[] arguments) =>
        (await _commands.RunAsync(new Command("git", arguments) { WorkingDirectory = _clone.Path }, Token)).Output;
}
