using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Tests.Releases;

public sealed class FileGuardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Guard => _folder.File("home", "guard");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_is_inside_at_a_time()
    {
        using (FileGuard.TryEnter(Guard))
        {
            Assert.Null(FileGuard.TryEnter(Guard));
        }

        using var next = FileGuard.TryEnter(Guard);
        Assert.NotNull(next);
    }

    [Fact]
    public void What_the_disk_refuses_is_said_at_once_and_not_waited_for()
    {
        Directory.CreateDirectory(_folder.File("home"));
        // A link to itself is as good as a full or a failing disk: the system refuses to open it, for root too.
        File.CreateSymbolicLink(Guard, Guard);

        var refused = Assert.Throws<IOException>(() => FileGuard.TryEnter(Guard));

        Assert.Contains($"{Guard}, which keeps other runs out, cannot be opened", refused.Message, StringComparison.Ordinal);
    }
}
