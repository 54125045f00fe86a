namespace VectorDb.Build.Tests.Testing;

public sealed class RequiredToolTests
{
    [Theory]
    [InlineData("terraform", "https://developer.hashicorp.com/terraform/install")]
    [InlineData("moto_server", "python3 -m pip install 'moto[server]==5.2.1'")]
    [InlineData("docker-registry", "sudo scripts/install-test-tools.sh")]
    public void A_missing_tool_comes_with_the_command_that_installs_it(string program, string installation) =>
        Assert.Equal(installation, RequiredTool.InstallationOf(program));

    [Fact]
    public void What_the_script_is_said_to_install_it_installs_and_the_rest_it_does_not()
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, "scripts", "install-test-tools.sh"));
        string[] programs = ["chromium", "docker-registry", "jq", "nginx", "redis-server", "shellcheck", "terraform", "moto_server"];

        Assert.All(programs, program => Assert.Equal(script.Contains(program, StringComparison.Ordinal), RequiredTool.InstallationOf(program) == RequiredTool.Script));
    }
}
