using System.ComponentModel;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Control;

/// <summary>The files that tell others which process is the host.</summary>
internal sealed class Announcement(HomeFolders folders, HostDescription description, ILogger<Announcement> log)
{
    public void Make()
    {
        folders.LinkCurrentHost();
        AtomicFile.WriteJson(folders.HostDescription, description);
    }

    /// <summary>After another process may have made its own, but did not become the host.</summary>
    public void Repeat()
    {
        try
        {
            Make();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            log.LogError(exception, "The files that tell of this host could not be written again");
        }
    }

    /// <summary>At the end of this process. A host that took over from it keeps its own.</summary>
    public void Withdraw()
    {
        if (AtomicFile.ReadJson<HostDescription>(folders.HostDescription) is not { } last || last.Pid == description.Pid)
        {
            File.Delete(folders.ControlSocket);
            File.Delete(folders.HostDescription);
        }
    }
}
