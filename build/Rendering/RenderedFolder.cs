using VectorDb.Build.Releases;

namespace VectorDb.Build.Rendering;

/// <summary>Writes the files of a release to <c>artifacts/{environment}/{release}/</c>: all of them or none, and nothing else is left there.</summary>
internal static class RenderedFolder
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <returns>The hash of each file by its path, for the manifest.</returns>
    public static IReadOnlyDictionary<string, ContentHash> Write(string folder, IReadOnlyList<RenderedFile> files)
    {
        var next = $"{folder}.new-{System.Environment.ProcessId}";
        var last = $"{folder}.old-{System.Environment.ProcessId}";
        foreach (var file in files)
        {
            var path = Path.Combine(next, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content.Span);
            if (file.IsExecutable && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, Executable);
            }
        }

        if (Directory.Exists(folder))
        {
            Directory.Move(folder, last);
        }

        Directory.Move(next, folder);
        if (Directory.Exists(last))
        {
            Directory.Delete(last, recursive: true);
        }

        return files.ToDictionary(file => file.Path, file => file.Hash);
    }
}
