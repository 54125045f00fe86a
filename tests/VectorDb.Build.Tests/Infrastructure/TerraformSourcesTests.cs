using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Infrastructure;

[Trait(Suites.Trait, Suites.Full)]
public sealed class TerraformSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_file_is_formatted() => Assert.Empty(await Root("").UnformattedAsync(Token));

    [Theory]
    [InlineData("")]
    [InlineData("foundation")]
    public async Task A_root_is_valid_with_the_locked_provider_and_its_tests_pass(string root)
    {
        var terraform = Root(root);
        await terraform.InitializeAsync(withState: false, Token);

        await terraform.ValidateAsync(Token);
        Assert.Contains("0 failed", await terraform.TestAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_roots_pin_the_one_provider_that_the_lock_files_name()
    {
        var locks = new[] { "", "foundation" }.Select(root => File.ReadAllText(Path.Combine(Repository.Root, "terraform", root, ".terraform.lock.hcl"))).ToList();

        Assert.Equal(locks[0], locks[1]);
        Assert.Equal("provider \"registry.terraform.io/hashicorp/aws\" {", Assert.Single(locks[0].Split('\n'), line => line.StartsWith("provider", StringComparison.Ordinal)));
        Assert.Contains("version     = \"5.100.0\"", locks[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_lock_files_know_the_provider_of_every_platform_so_that_a_plan_can_be_made_on_each()
    {
        // 14 packages, each as it is unpacked and as it is downloaded; the latter also the one that lists them.
        const int Platforms = 14;
        var hashes = File.ReadAllLines(Path.Combine(Repository.Root, "terraform", ".terraform.lock.hcl")).Select(line => line.Trim()).ToLookup(line => line.Split(':')[0]);

        Assert.Equal(Platforms, hashes["\"h1"].Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Platforms + 1, hashes["\"zh"].Distinct(StringComparer.Ordinal).Count());
    }

    private Terraform Root(string name)
    {
        RequiredTool.Find("terraform");
        return new Terraform(new CommandRunner(TimeProvider.System), new TerraformRoot(Path.Combine(Repository.Root, "terraform", name), _folder.File("work"))
        {
            Mirror = ProviderMirror.Find(Environment.GetEnvironmentVariable),
        });
    }
}
