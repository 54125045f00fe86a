using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace VectorDb.LocalHost.Platform;

/// <summary>
/// One host for a home. The lock belongs to an open file, not to a process: a host that hands over lets the next one inherit
/// it, and the system frees it when the last of them ends, however it ends.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private HomeLock(SafeFileHandle file) => _file = file;

    public int Descriptor => (int)_file.DangerousGetHandle();

    /// <returns>Null where another host holds it.</returns>
    public static HomeLock? TryTake(string path)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (Posix.TryLock((int)file.DangerousGetHandle()))
        {
            return new HomeLock(file);
        }

        file.Dispose();
        return null;
    }

    public static HomeLock Inherited(string descriptor)
    {
        var number = int.Parse(descriptor, CultureInfo.InvariantCulture);
        Posix.SetCloseOnExec(number);
        return new HomeLock(new SafeFileHandle(number, ownsHandle: true));
    }

    public void Dispose() => _file.Dispose();
}
