using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VectorDb.Core.Files;

/// <summary>Makes file names survive a power cut: flushing a file saves its content only, flushing its folder its name.</summary>
internal static partial class DurableFolder
{
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes the folder and those it lies in, as far as they are missing.</summary>
    /// <param name="flush">Called for each folder that got an entry.</param>
    public static void Make(string folder, Action<string> flush)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(folder));
        if (parent is not null)
        {
            Make(parent, flush);
        }

        Directory.CreateDirectory(folder);
        if (parent is not null)
        {
            flush(parent);
        }
    }

    /// <summary>Returns when the names in the folder are on disk. Only Linux is asked for this: other systems open no folder like a file.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(folder, CloseOnExec), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new IOException($"The folder {folder} cannot be opened to flush it to disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
