using System.Globalization;

namespace VectorDb.LocalHost.Platform;

/// <summary>
/// One host for a home. The lock belongs to an open file, not to a process: a host that hands over lets the next one inherit
/// it, and the system frees it when the last of them ends, however it ends.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    private const int Attempts = 20;
    private const int None = -1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private int _descriptor;

    private HomeLock(int descriptor) => _descriptor = descriptor;

    public int Descriptor => _descriptor;

    /// <summary>Waits a moment for a host that is just ending.</summary>
    /// <returns>Null where another host holds it.</returns>
    public static async Task<HomeLock?> TryTakeAsync(string path, CancellationToken cancellationToken)
    {
        var homeLock = new HomeLock(Posix.OpenForLock(path));
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (Posix.TryLock(homeLock.Descriptor))
                {
                    return homeLock;
                }

                await Task.Delay(Pause, cancellationToken);
            }
        }
        catch
        {
            homeLock.Dispose();
            throw;
        }

        homeLock.Dispose();
        return null;
    }

    public static HomeLock Inherited(string descriptor)
    {
        var number = int.Parse(descriptor, CultureInfo.InvariantCulture);
        Posix.SetCloseOnExec(number);
        return new HomeLock(number);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _descriptor, None) is var descriptor and not None)
        {
            Posix.CloseDescriptor(descriptor);
        }
    }
}
