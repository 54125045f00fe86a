using VectorDb.Build.Backups;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Rollout;

/// <summary>The data of a test's environment: one file of text.</summary>
internal sealed class StoredFolder(string root) : IStoredData
{
    private const string FileName = "vectors.db";

    public string Workbench => Path.Combine(root, "work");

    public string? Text
    {
        get => File.Exists(Path.Combine(Data, FileName)) ? File.ReadAllText(Path.Combine(Data, FileName)) : null;
        set => File.WriteAllText(Path.Combine(Directory.CreateDirectory(Data).FullName, FileName), value);
    }

    private string Data => Path.Combine(root, "data");

    private string Aside => Path.Combine(root, "aside");

    public Task<ReleaseId> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), Text ?? throw new BackupRefusedException("There is nothing to back up."));
        return Task.FromResult(ReleaseId.Parse("0123456789ab"));
    }

    public string? Replace(string folder)
    {
        var aside = Directory.Exists(Data) ? Aside : null;
        if (aside is not null)
        {
            Directory.Move(Data, aside);
        }

        Directory.Move(folder, Data);
        return aside;
    }

    public void TakeBack(string? aside)
    {
        Directory.Delete(Data, recursive: true);
        if (aside is not null)
        {
            Directory.Move(aside, Data);
        }
    }
}
