using System.Net.Sockets;
using System.Text;

namespace VectorDb.Build.Environments.Local;

/// <summary>Connects to Unix sockets, whose addresses hold little more than 100 bytes, wherever they lie.</summary>
internal static class SocketPath
{
    private const int LongestAddress = 100;

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(path) <= LongestAddress)
        {
            return await OpenAsync(path, cancellationToken);
        }

        var shortcut = Directory.CreateTempSubdirectory("vdb-");
        try
        {
            var link = Path.Combine(shortcut.FullName, "run");
            Directory.CreateSymbolicLink(link, Path.GetDirectoryName(path)!);
            return await OpenAsync(Path.Combine(link, Path.GetFileName(path)), cancellationToken);
        }
        finally
        {
            shortcut.Delete(recursive: true);
        }
    }

    private static async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
