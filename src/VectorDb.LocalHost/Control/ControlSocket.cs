using System.Net.Sockets;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Control;

/// <summary>The file through which the host is controlled.</summary>
internal static class ControlSocket
{
    /// <summary>Replaces what an earlier host left; only for the holder of the home's lock.</summary>
    public static ListenSocket Open(HomeFolders folders)
    {
        File.Delete(folders.ControlSocket);

        // The system takes about 100 bytes of a socket's path. A link in the temporary folder is as short as it needs to be.
        var shortcut = Directory.CreateTempSubdirectory("vdb");
        try
        {
            var link = Path.Combine(shortcut.FullName, "run");
            Directory.CreateSymbolicLink(link, folders.Run);
            var socket = ListenSocket.Open(new UnixDomainSocketEndPoint(Path.Combine(link, Path.GetFileName(folders.ControlSocket))));
            File.SetUnixFileMode(folders.ControlSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        finally
        {
            // Not recursive: the link goes, the folder behind it stays.
            File.Delete(Path.Combine(shortcut.FullName, "run"));
            shortcut.Delete();
        }
    }
}
