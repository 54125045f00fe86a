using System.Diagnostics;
using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Upgrade;

/// <summary>The host that takes over from this one. It sees the end of this process by the end of its standard input.</summary>
internal sealed class Successor(Process process) : IDisposable
{
    public int Pid => process.Id;

    public Handshake Handshake { get; } = new(process.StandardOutput, process.StandardInput);

    /// <summary>Waits for the work that is left here. Once the next host stops as well, an idle connection would reach nobody.</summary>
    /// <param name="work">What this host still does.</param>
    /// <param name="hurry">Cancelled when the other leaves first, or has ended.</param>
    public async Task WhileItStaysAsync(Task work, CancellationTokenSource hurry)
    {
        var leaving = Handshake.HearOrEndAsync(Handshake.Leaving);
        if (await Task.WhenAny(work, leaving) == leaving)
        {
            await hurry.CancelAsync();
        }

        await work;
    }

    /// <summary>Lets it stop in its own way: it ends once its requests have finished, and this host has ended.</summary>
    public void Stop() => Posix.SendTerminate(Pid);

    public Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        return process.WaitForExitAsync(CancellationToken.None);
    }

    public void Dispose() => process.Dispose();
}
