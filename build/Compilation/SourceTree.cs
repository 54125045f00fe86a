namespace VectorDb.Build.Compilation;

/// <summary>The files of a repository that people write, whether git knows them yet or not.</summary>
internal static class SourceTree
{
    // Made by builds, tests and tools.
    private static readonly string[] Made =
        ["bin", "obj", "artifacts", ".git", ".vectordb", ".vs", ".idea", ".terraform", "TestResults", "node_modules", "__pycache__", "__mismatch__"];

    /// <returns>Links are given as what they are, not followed.</returns>
    public static IEnumerable<FileSystemInfo> Files(string root) => FilesBelow(new DirectoryInfo(root), Made);

    /// <returns>The same, and what compilations make of them.</returns>
    public static IEnumerable<FileSystemInfo> FilesAndOutputs(string root) => FilesBelow(new DirectoryInfo(root), [.. Made.Except(["bin", "obj"])]);

    private static IEnumerable<FileSystemInfo> FilesBelow(DirectoryInfo folder, string[] leftOut)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is not DirectoryInfo inner || inner.LinkTarget is not null)
            {
                yield return entry;
            }
            else if (!leftOut.Contains(inner.Name, StringComparer.Ordinal))
            {
                foreach (var file in FilesBelow(inner, leftOut))
                {
                    yield return file;
                }
            }
        }
    }
}
