using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Garnet;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Tsavorite.core;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Supervision;

namespace VectorDb.LocalHost.Queue;

/// <summary>
/// The job queue: a Redis-compatible server in this process, on loopback, behind a password. A write is on file before it is
/// acknowledged, so that killing the host loses none.
/// </summary>
internal sealed class QueueServer(HomeFolders folders, ILoggerFactory logs) : IDisposable
{
    /// <summary>Also the name of the setting by which the services read it.</summary>
    private const string PasswordSetting = "VECTORDB_REDIS_PASSWORD";

    private const string Memory = "64m";

    private readonly string _portFile = Path.Combine(folders.Queue, "port");
    private LoopbackPort? _port;
    private GarnetServer? _server;

    public bool IsRunning => _server is not null;

    /// <summary>The same at every start, unless another program took it meanwhile.</summary>
    public int Port => _port?.Number ?? 0;

    /// <summary>Recovers what was acknowledged before and starts to serve.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var password = Password();
        _port = KeptPort() ?? NewPort();
        await Task.Run(() =>
        {
            var server = new GarnetServer(Options(password), logs);
            server.Start();
            _server = server;
        }, cancellationToken);
    }

    /// <summary>Ends it cleanly, so that another process can take the same files and port.</summary>
    public void Dispose()
    {
        _server?.Dispose(deleteDir: false);
        _server = null;
        _port?.Dispose();
    }

    private GarnetServerOptions Options(string password) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, Port)],
        AuthSettings = new PasswordAuthenticationSettings(password),
        QuietMode = true,
        MaxDatabases = 1,
        EnableStorageTier = true,
        LogDir = folders.Queue,
        CheckpointDir = folders.Queue,
        DeviceType = DeviceType.RandomAccess,
        Recover = true,
        EnableAOF = true,
        WaitForCommit = true,
        CommitFrequencyMs = 0,
        LogMemorySize = Memory,
        PageSize = "1m",
        SegmentSize = Memory,
        ObjectLogSegmentSize = Memory,
        IndexMemorySize = "4m",
        AofMemorySize = "16m",
        AofPageSize = "4m",
        AofSegmentSize = Memory,

        // A checkpoint is taken and the log cut when it has grown to this.
        AofSizeLimit = "256m",
    };

    private string Password()
    {
        var file = Path.Combine(folders.Secrets, PasswordSetting);
        if (!File.Exists(file))
        {
            AtomicFile.WriteText(file, RandomNumberGenerator.GetHexString(48, lowercase: true));
        }

        return File.ReadAllText(file).Trim();
    }

    private LoopbackPort? KeptPort() =>
        File.Exists(_portFile) && int.TryParse(File.ReadAllText(_portFile), NumberStyles.None, CultureInfo.InvariantCulture, out var kept)
            ? LoopbackPort.TryReserve(kept)
            : null;

    private LoopbackPort NewPort()
    {
        var port = LoopbackPort.Reserve();
        AtomicFile.WriteText(_portFile, port.Number.ToString(CultureInfo.InvariantCulture));
        return port;
    }
}
