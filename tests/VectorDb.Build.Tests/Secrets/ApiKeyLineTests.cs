using VectorDb.Build.Secrets;
using VectorDb.Core.Security;

namespace VectorDb.Build.Tests.Secrets;

/// <summary>The build writes API keys down as the application reads them.</summary>
public sealed class ApiKeyLineTests
{
    [Fact]
    public void A_key_that_the_build_makes_is_one_that_the_application_accepts()
    {
        var (line, plain) = ApiKeyLine.Create("smoke test of the release", "write");

        var known = ApiKey.ParseLine(line.ToString());
        Assert.Equal(("smoke test of the release", Scope.Write, ApiKey.IdOf(plain)), (known.Name, known.Scope, known.Id));
        Assert.True(known.Is(plain));
    }

    [Theory]
    [InlineData(Scope.Read)]
    [InlineData(Scope.Write)]
    [InlineData(Scope.Admin)]
    public void A_key_that_the_application_makes_is_one_that_the_build_reads(Scope scope)
    {
        var (key, _) = ApiKey.Create("ops, on call", scope);

        Assert.Equal(key.ToLine(), ApiKeyLine.Parse(key.ToLine())!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("01234567 owner 0000000000000000000000000000000000000000000000000000000000000000 ops")]
    [InlineData("vdb_01234567_0000000000000000000000000000000000000000000000000000000000000000")]
    public void Anything_else_is_none(string line) => Assert.Null(ApiKeyLine.Parse(line));
}
