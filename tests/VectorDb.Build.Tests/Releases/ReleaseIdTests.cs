using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Releases;

public sealed class ReleaseIdTests
{
    private static readonly Dictionary<string, string> Settings = new() { ["VECTORDB_STORE"] = "embedded" };

    [Theory]
    [InlineData("")]
    [InlineData("0123456789a")]
    [InlineData("0123456789AB")]
    [InlineData("../../../etc")]
    public void Only_twelve_lower_case_hexadecimal_digits_are_an_id(string text) => Assert.False(ReleaseId.TryParse(text, out _));

    [Fact]
    public void The_same_bytes_in_another_folder_at_another_time_are_the_same_release()
    {
        using var one = new TemporaryFolder();
        using var other = new TemporaryFolder();
        Write(one, "api.dll", "code");
        Write(one, "wwwroot/a.css", "style");
        Write(other, "wwwroot/a.css", "style");
        Write(other, "api.dll", "code");
        File.SetLastWriteTimeUtc(other.File("api.dll"), Samples.Start.UtcDateTime);

        Assert.Equal(Id(one, Settings), Id(other, Settings));
    }

    [Fact]
    public void A_changed_byte_a_moved_file_and_a_changed_setting_are_each_another_release()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "api.dll", "code");
        var ids = new HashSet<ReleaseId> { Id(folder, Settings), Id(folder, new() { ["VECTORDB_STORE"] = "postgres" }) };

        File.Move(folder.File("api.dll"), folder.File("other.dll"));
        ids.Add(Id(folder, Settings));
        Write(folder, "other.dll", "Code");
        ids.Add(Id(folder, Settings));

        Assert.Equal(4, ids.Count);
    }

    private static ReleaseId Id(TemporaryFolder folder, Dictionary<string, string> settings) =>
        Manifest.IdOf(new Dictionary<string, ContentHash> { ["api"] = ContentHash.OfFolder(folder.Path) }, settings);

    private static void Write(TemporaryFolder folder, string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), content);
    }
}
