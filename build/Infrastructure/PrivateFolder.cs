namespace VectorDb.Build.Infrastructure;

/// <summary>Files that nobody but their owner may read.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, OwnerFolder);
        File.SetUnixFileMode(folder, OwnerFolder);
    }

    public static void Protect(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, OwnerFile);
        }
    }

    /// <summary>Writes beside, then renames: a reader sees the old text or the new one.</summary>
    public static async Task WriteAsync(string file, string text, CancellationToken cancellation)
    {
        var beside = $"{file}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        await using (var writer = new StreamWriter(beside, options))
        {
            await writer.WriteAsync(text.AsMemory(), cancellation);
        }

        File.Move(beside, file, overwrite: true);
    }
}
