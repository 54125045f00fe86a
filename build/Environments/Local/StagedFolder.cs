namespace VectorDb.Build.Environments.Local;

/// <summary>Copies a folder so that under its final name it is either whole or not there.</summary>
internal static class StagedFolder
{
    private const string Prefix = ".staging-";

    /// <param name="target">Where it will be, in the place of what may be there.</param>
    /// <param name="complete">Is given the unfinished copy, to add what belongs to it.</param>
    public static void Create(string target, Action<string> complete)
    {
        var parent = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(parent);
        RemoveLeftovers(parent);
        var staging = Path.Combine(parent, $"{Prefix}{Path.GetFileName(target)}");
        try
        {
            Directory.CreateDirectory(staging);
            complete(staging);
            Remove(target);
            Directory.Move(staging, target);
        }
        catch
        {
            // Whoever mends a full disk needs the room.
            Remove(staging);
            throw;
        }
    }

    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, folder)));
        }

        Parallel.ForEach(
            Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories),
            file => CopyFile(file, Path.Combine(target, Path.GetRelativePath(source, file))));
    }

    /// <summary>On the disk when it returns: what names the copy must not outlive it.</summary>
    private static void CopyFile(string source, string target)
    {
        File.Copy(source, target);
        using var copy = File.OpenHandle(target);
        RandomAccess.FlushToDisk(copy);
    }

    /// <summary>What a killed run has left; the caller holds the lock, so nobody else is copying.</summary>
    private static void RemoveLeftovers(string parent)
    {
        foreach (var leftover in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            Directory.Delete(leftover, recursive: true);
        }
    }
}
