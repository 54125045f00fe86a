using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VectorDb.Build.Processes;

/// <summary>Asks a process to end, which .NET can only force.</summary>
internal static class PosixSignal
{
    private const int Sigterm = 15;

    /// <returns>Whether the process was asked; false on Windows, which has no such signal.</returns>
    public static bool Terminate(Process process) => !OperatingSystem.IsWindows() && Kill(process.Id, Sigterm) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
