using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VectorDb.LocalHost.Platform;

/// <summary>The few system calls that .NET has no name for.</summary>
internal static partial class Posix
{
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;
    private const int Exclusive = 2;
    private const int ExclusiveWithoutWaiting = Exclusive | 4;
    private const int Terminate = 15;
    private const int WriteOnly = 1;
    private const int ReadAndWrite = 2;
    private const int Create = 0x40;
    private const int Append = 0x400;
    private const int CloseOnExecAtOpen = 0x80000;
    private const int OwnerMayReadAndWrite = 0x180;

    /// <summary>Less what the user's mask takes away.</summary>
    private const int AllMayReadAndWrite = 0x1B6;

    public static void SetCloseOnExec(int descriptor) => Check(Fcntl(descriptor, SetDescriptorFlags, CloseOnExec), "fcntl");

    /// <summary>
    /// Opens a file, or a new one, whose every write goes to where it ends by then, whichever process wrote last.
    /// <see cref="FileMode.Append"/> looks for the end only once, and then writes over what another process adds.
    /// </summary>
    public static SafeFileHandle OpenToAppend(string path) =>
        new(Check(Open(path, WriteOnly | Create | Append | CloseOnExecAtOpen, AllMayReadAndWrite), "open"), ownsHandle: true);

    /// <summary>A second descriptor of the same open file, which child processes inherit.</summary>
    public static int DuplicateForChild(int descriptor) => Check(Dup(descriptor), "dup");

    /// <summary>
    /// Opens a file for locking. .NET's own handle would take part: it locks every file that it opens, and unlocks it when
    /// it is closed, also for the processes that share the open file.
    /// </summary>
    public static int OpenForLock(string path) => Check(Open(path, ReadAndWrite | Create | CloseOnExecAtOpen, OwnerMayReadAndWrite), "open");

    /// <summary>Brings the names in a folder to disk. .NET flushes what it has opened, but opens no folder.</summary>
    public static void FlushFolder(string path)
    {
        using var folder = new SafeFileHandle(Check(Open(path, CloseOnExecAtOpen, mode: 0), "open"), ownsHandle: true);
        RandomAccess.FlushToDisk(folder);
    }

    public static void CloseDescriptor(int descriptor) => Close(descriptor);

    /// <returns>False where another open file holds the lock.</returns>
    public static bool TryLock(int descriptor) => Flock(descriptor, ExclusiveWithoutWaiting) == 0;

    /// <summary>Waits while anybody else has the folder. Closing it lets go.</summary>
    public static SafeFileHandle LockFolder(string path)
    {
        var folder = new SafeFileHandle(Check(Open(path, CloseOnExecAtOpen, mode: 0), "open"), ownsHandle: true);
        try
        {
            Check(Flock((int)folder.DangerousGetHandle(), Exclusive), "flock");
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public static void SendTerminate(int pid) => Kill(pid, Terminate);

    /// <summary>Leaves the starter's session, so that its Ctrl+C and the end of its terminal do not reach this process.</summary>
    public static void LeaveTerminal()
    {
        SetSid();
        var nowhere = Check(Open("/dev/null", ReadAndWrite, mode: 0), "open");
        for (var stream = 0; stream <= 2; stream++)
        {
            Check(Dup2(nowhere, stream), "dup2");
        }

        Close(nowhere);
    }

    /// <summary>Replaces a name in one step; unlike <see cref="File.Move(string, string)"/> also one that is a link to a folder.</summary>
    public static void Rename(string from, string to) => Check(RenameName(from, to), "rename");

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameName(string from, string to);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Dup(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
