using System.Net;
using System.Net.Sockets;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>What every part of a site starts from.</summary>
/// <param name="RepositoryRoot">Where the rehearsal's own programs are.</param>
/// <param name="Address">The site's address.</param>
/// <param name="Authority">Signs the certificates of the parts.</param>
internal sealed record PartContext(
    CommandRunner Commands, string RepositoryRoot, SiteRun Run, string Address, CertificateAuthority Authority, TimeProvider Time)
{
    /// <returns>A folder of the part's own, for nobody else to read.</returns>
    public string Folder(string part)
    {
        var folder = Run.File(part);
        PrivateFolder.Create(folder);
        return folder;
    }

    /// <returns>Whether anything takes connections on a port of the site's address.</returns>
    public async Task<bool> ListensAsync(int port, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Parse(Address), port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public Task<KeptProgram> KeepAsync(Command command, Func<CancellationToken, Task<bool>> isReady, CancellationToken cancellation) =>
        KeptProgram.StartAsync(Commands, RepositoryRoot, Run.LockFile, command, isReady, Time, cancellation);
}
