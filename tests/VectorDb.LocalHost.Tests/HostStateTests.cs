using VectorDb.LocalHost.Releases;

namespace VectorDb.LocalHost.Tests;

public sealed class HostStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_active_release_is_remembered_for_its_owner_only()
    {
        var path = _folder.File("state.json");
        var release = new ReleaseDefinition("0123456789ab", "/releases/0123456789ab", new Dictionary<string, string>(StringComparer.Ordinal) { ["VECTORDB_COMMIT"] = "abc" });
        new HostState(path).Active = release;
        var remembered = new HostState(path).Active;
        Assert.Equivalent(release, remembered, strict: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"active\":{\"id\":")]
    public void A_missing_or_torn_state_means_that_nothing_is_active(string? content)
    {
        var path = _folder.File("state.json");
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        Assert.Null(new HostState(path).Active);
    }
}
