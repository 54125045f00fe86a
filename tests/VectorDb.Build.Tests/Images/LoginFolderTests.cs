using VectorDb.Build.Images;

namespace VectorDb.Build.Tests.Images;

public sealed class LoginFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_gone_with_all_that_it_holds_when_it_is_not_needed_any_more()
    {
        using (var login = new LoginFolder(_folder.Path))
        {
            File.WriteAllText(Path.Combine(login.Path, "config.json"), "a login");
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_next_login_removes_that_of_a_run_that_is_gone_and_leaves_that_of_a_run_that_works_still()
    {
        var gone = Directory.CreateDirectory(_folder.File("vectordb-login-gone")).FullName;
        File.WriteAllText(Path.Combine(gone, "in-use"), "");
        File.WriteAllText(Path.Combine(gone, "config.json"), "a login");
        var other = Directory.CreateDirectory(_folder.File("of-somebody-else")).FullName;
        using var working = new LoginFolder(_folder.Path);

        using var next = new LoginFolder(_folder.Path);

        Assert.Equal(new[] { other, working.Path, next.Path }.Order(StringComparer.Ordinal), Directory.GetDirectories(_folder.Path).Order(StringComparer.Ordinal));
    }
}
