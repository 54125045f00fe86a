using System.Diagnostics;
using System.Globalization;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Local;

/// <summary>Starts the resident host so that it outlives the build, its terminal and its pipes.</summary>
internal static class LocalHostProcess
{
    private const string Assembly = "VectorDb.LocalHost.dll";
    private const string HomeArgument = "--home";

    /// <summary>Linux shows them; elsewhere no orphan is seen.</summary>
    private const string ProcessTable = "/proc";

    /// <summary>Seconds for which the release before stays ready for a rollback; the host has a default of its own.</summary>
    private const string Standby = "VECTORDB_STANDBY";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <returns>The status once the host answers.</returns>
    /// <exception cref="RolloutFailedException">It ended, or did not answer in time.</exception>
    public static async Task<HostStatus> StartAsync(
        LocalHome home, string folder, int port, Func<CancellationToken, Task<HostStatus?>> status, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        using var process = Process.Start(StartInfo(home, folder, port)) ?? throw new RolloutFailedException("The local host could not be started.");

        // In the background it lets go of both pipes, so that neither read outlives its start.
        var said = Task.WhenAll(process.StandardError.ReadToEndAsync(CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
        try
        {
            while (true)
            {
                if (process.HasExited)
                {
                    throw new RolloutFailedException($"The local host did not start (exit code {process.ExitCode}): {string.Concat(await said).Trim()}{(FindOrphan(home) is { } orphan ? $" {NameOf(orphan)}" : "")}");
                }

                if (await status(limit.Token) is { } answer && answer.Host.Pid == process.Id)
                {
                    return answer;
                }

                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new RolloutFailedException($"The local host did not answer within {StartLimit.TotalSeconds:0} s; see {home.Logs}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <returns>The process of a host of this home that nobody reaches any more, because its files were removed; null where none is seen.</returns>
    public static int? FindOrphan(LocalHome home) =>
        Of(home).Where(id => !Directory.Exists(Path.Combine(ProcessTable, $"{id}", "cwd", Path.GetFileName(Path.GetDirectoryName(home.ControlSocket)!)))).Select(static id => (int?)id).FirstOrDefault();

    /// <returns>The processes of hosts of this home, whoever runs them.</returns>
    public static IEnumerable<int> Of(LocalHome home)
    {
        foreach (var folder in Directory.Exists(ProcessTable) ? Directory.EnumerateDirectories(ProcessTable) : [])
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsHost(folder, home))
            {
                yield return id;
            }
        }
    }

    public static string NameOf(int orphan) => $"The host of this folder still runs as process {orphan}, but its files were removed. End it: kill {orphan}";

    private static bool IsHost(string process, LocalHome home)
    {
        try
        {
            var arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return arguments.Any(static argument => Path.GetFileName(argument) == Assembly)
                && arguments.SkipWhile(static argument => argument != HomeArgument).ElementAtOrDefault(1) == home.Environment;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or belongs to somebody else.
            return false;
        }
    }

    private static ProcessStartInfo StartInfo(LocalHome home, string folder, int port)
    {
        Directory.CreateDirectory(home.Environment);
        string[] standby = Environment.GetEnvironmentVariable(Standby) is { Length: > 0 } seconds ? ["--standby", seconds] : [];
        return new ProcessStartInfo(
            Environment.ProcessPath ?? "dotnet",
            [
                Path.Combine(folder, Assembly),
                HomeArgument, home.Environment,
                "--port", port.ToString(CultureInfo.InvariantCulture),
                "--content", Path.GetFileName(folder),
                "--background",
                .. standby,
            ])
        {
            UseShellExecute = false,
            WorkingDirectory = home.Environment,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
