using System.Diagnostics;

namespace VectorDb.Testing;

/// <summary>
/// A Docker engine: the one that answers already, or a <c>dockerd</c> of the tests' own (root, Linux). Its images are kept between
/// runs, because the stand-ins for base images take minutes to make; containers and the daemon itself are not. As long as it runs,
/// the environment of this process names it to every <c>docker</c> that is started.
/// </summary>
public sealed class DockerDaemon : IAsyncDisposable
{
    private const string Variable = "DOCKER_HOST";
    private const string Images = "/var/cache/vectordb-test-tools/docker";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder? _folder;
    private readonly Process? _process;
    private readonly FileStream? _turn;

    private DockerDaemon(TemporaryFolder? folder, Process? process, FileStream? turn) => (_folder, _process, _turn) = (folder, process, turn);

    public static async Task<DockerDaemon> StartAsync(CancellationToken cancellationToken)
    {
        RequiredTool.Find("docker");
        if (await AnswersAsync(null, cancellationToken))
        {
            return new DockerDaemon(null, null, null);
        }

        var dockerd = RequiredTool.Find("dockerd");
        RequiredTool.Demand(Environment.IsPrivilegedProcess, "no Docker engine answers and dockerd needs root");
        Directory.CreateDirectory(Images);
        var turn = await TakeTurnAsync(cancellationToken);
        var folder = new TemporaryFolder();
        var host = $"unix://{folder.File("docker.sock")}";
        var process = Process.Start(new ProcessStartInfo(
            dockerd,
            [
                "--host", host, "--data-root", Images, "--exec-root", folder.File("exec"), "--pidfile", folder.File("pid"),
                "--storage-driver", "overlay2", "--log-level", "error",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        // Read, or a full pipe stops the daemon.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var daemon = new DockerDaemon(folder, process, turn);
        try
        {
            await Eventually.TrueAsync(
                () =>
                {
                    Assert.False(process.HasExited, "dockerd ended while starting");
                    return AnswersAsync(host, cancellationToken);
                },
                "dockerd answers",
                StartLimit);
            Environment.SetEnvironmentVariable(Variable, host);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }

        if (_process is { HasExited: false })
        {
            // Asked first: a killed daemon leaves its containers and mounts behind.
            using (var ask = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            {
                await ask.WaitForExitAsync();
            }

            using var patience = new CancellationTokenSource(StopLimit);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process?.Dispose();
        await ReleaseNetworkAsync();
        _folder?.Dispose();
        if (_turn is not null)
        {
            await _turn.DisposeAsync();
        }
    }

    /// <summary>A daemon leaves the namespace of containers on the host's network mounted in its folder.</summary>
    private async Task ReleaseNetworkAsync()
    {
        if (_folder?.File("exec", "netns") is { } mounts && Directory.Exists(mounts))
        {
            foreach (var mount in Directory.EnumerateFiles(mounts))
            {
                using var umount = Process.Start(new ProcessStartInfo("umount", ["--lazy", "--quiet", mount]) { RedirectStandardError = true, UseShellExecute = false })!;
                await umount.WaitForExitAsync();
            }
        }
    }

    /// <summary>Two daemons on one folder of images would destroy it.</summary>
    private static async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        FileStream? turn = null;
        await Eventually.TrueAsync(
            () =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    turn = new FileStream(Images + ".turn", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            "another test run has finished with the Docker engine",
            TimeSpan.FromMinutes(15));
        return turn!;
    }

    private static async Task<bool> AnswersAsync(string? host, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("docker", ["version", "--format", "{{.Server.Version}}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (host is not null)
        {
            start.Environment[Variable] = host;
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0;
    }
}
