using System.Net;

namespace VectorDb.LocalHost.Tests;

public sealed class HostArgumentsTests
{
    [Fact]
    public void Only_the_home_has_to_be_given()
    {
        var arguments = HostArguments.Parse(["--home", "/tmp/home"]);
        Assert.Equal(("/tmp/home", 8080, IPAddress.Loopback), (arguments.Home, arguments.Port, arguments.Bind));
    }

    [Fact]
    public void What_one_host_passes_on_is_what_the_next_one_reads()
    {
        var given = HostArguments.Parse(["--home=/tmp/home", "--port=0", "--bind=0.0.0.0", "--start=7", "--drain=5", "--standby=9", "--content=abc"]);
        Assert.Equal(given, HostArguments.Parse([.. given.ToArguments()]));
    }

    [Fact]
    public void A_host_from_before_standbys_can_read_what_one_with_the_usual_standby_passes_on() =>
        Assert.DoesNotContain("--standby", HostArguments.Parse(["--home=/tmp/home"]).ToArguments());

    [Theory]
    [InlineData("--home is required")]
    [InlineData("Unknown argument '--prot'", "--home", "/tmp", "--prot", "80")]
    [InlineData("Unknown argument 'run'", "run")]
    [InlineData("--port needs a value", "--home", "/tmp", "--port")]
    [InlineData("--port takes a number from 0 to 65535, not '70000'", "--home", "/tmp", "--port", "70000")]
    [InlineData("--bind takes an IP address, not 'here'", "--home", "/tmp", "--bind=here")]
    public void A_wrong_command_line_says_what_is_wrong(string message, params string[] arguments) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => HostArguments.Parse(arguments)).Message, StringComparison.Ordinal);
}
