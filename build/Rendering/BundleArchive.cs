using System.Formats.Tar;

namespace VectorDb.Build.Rendering;

/// <summary>
/// A tar in which order, owner and times follow from nothing but the files: the same files have the same hash. It is not
/// compressed: a compressor's output changes with its version.
/// </summary>
internal static class BundleArchive
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static ReadOnlyMemory<byte> Of(IEnumerable<RenderedFile> files)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, file.Path)
                {
                    DataStream = new MemoryStream(file.Content.ToArray()),
                    Mode = file.IsExecutable ? Executable : Readable,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                });
            }
        }

        return archive.ToArray();
    }
}
