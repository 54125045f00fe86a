using System.Net;
using VectorDb.LocalHost.Control;
using VectorDb.LocalHost.Gateway;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Queue;
using VectorDb.LocalHost.Releases;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Upgrade;

namespace VectorDb.LocalHost;

/// <summary>The parts of a host, put together, from its start to its end.</summary>
internal sealed class ResidentHost : IHostCommands, IAsyncDisposable
{
    private readonly HostArguments _options;
    private readonly Inheritance _inheritance;
    private readonly HostDescription _description;
    private readonly Announcement _announcement;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly ProcessRegister _register;
    private readonly HttpMessageInvoker _probes = new(new SocketsHttpHandler { UseProxy = false });
    private readonly RouteSwitch _routes = new();
    private readonly QueueServer _queue;
    private readonly ReleaseSet _releases;
    private readonly GatewayServer _gateway;
    private readonly ControlServer _control;
    private readonly TaskCompletionSource<Successor?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private Predecessor? _predecessor;
    private Successor? _lateSuccessor;
    private Task _handover = Task.CompletedTask;
    private int _upgrading;

    public ResidentHost(HostArguments options, HomeFolders folders, Inheritance inheritance, TimeProvider time)
    {
        _options = options;
        _inheritance = inheritance;
        _description = new HostDescription(Environment.ProcessId, options.Content, inheritance.Gateway.Port(), time.GetUtcNow());
        var files = new ServiceLogs(folders.Logs);
        _logs = LoggerFactory.Create(builder => builder.AddProvider(new FileLoggerProvider(files["host"], time))
            .AddFilter(static (category, level) => level >= (category?.StartsWith(nameof(VectorDb), StringComparison.Ordinal) is true ? LogLevel.Information : LogLevel.Warning)));
        _log = _logs.CreateLogger<ResidentHost>();
        _announcement = new Announcement(folders, _description, _logs.CreateLogger<Announcement>());
        _register = new ProcessRegister(folders.Run);
        _queue = new QueueServer(folders, _logs);
        _releases = new ReleaseSet(
            _routes,
            new HostState(folders.State),
            new ServiceEnvironment(folders, () => _queue.Port),
            new SupervisionContext(new HealthProbe(_probes), _register, (service, line) => files[service].Append(line), time),
            new ReleaseLimits(options.Start, options.Drain, options.Standby),
            _logs.CreateLogger<ReleaseSet>());
        _gateway = new GatewayServer(inheritance.Gateway, _routes, _logs);
        _control = new ControlServer(inheritance.Control, new StatusReport(_description, _releases, _queue, _ending.Token), _releases, this, _logs);
    }

    /// <summary>Starts where no other host runs. The release that was active comes back by itself.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var process in _register.EndLeftovers())
        {
            _log.LogWarning("Ended process {Pid}, which an earlier host left", process.Pid);
        }

        await _queue.StartAsync(cancellationToken);
        // It has the route as soon as it is begun: whoever hears that the host serves never finds it without a release.
        _ = _releases.RestoreAsync(_ending.Token);
        await ServeAsync();
        _announcement.Make();
        ServiceManager.Ready();
    }

    /// <summary>Starts beside the host that runs, and takes over from it.</summary>
    /// <exception cref="HandshakeException">One of the two could not go on.</exception>
    public async Task TakeOverAsync(Handshake handshake, CancellationToken cancellationToken)
    {
        await handshake.SayAsync(Handshake.Loaded, cancellationToken);
        await handshake.HearAsync(Handshake.Queue, TimeSpan.FromSeconds(30), cancellationToken);
        await _queue.StartAsync(cancellationToken);
        if (await _releases.RestoreAsync(cancellationToken) is { } reason)
        {
            throw new HandshakeException(reason);
        }

        await handshake.SayAsync(Handshake.Ready, cancellationToken);
        await handshake.HearAsync(Handshake.Accept, TimeSpan.FromSeconds(30), cancellationToken);

        // What may fail comes first. From the first request on there is no way back.
        _announcement.Make();
        await ServeAsync();
        ServiceManager.Ready();
        await handshake.SayAsync(Handshake.Accepting, CancellationToken.None);
        _predecessor = new Predecessor(handshake);
    }

    /// <summary>Serves until told to stop or replaced, then drains and stops what runs here.</summary>
    public async Task RunToEndAsync(CancellationToken stop)
    {
        await using var signal = stop.Register(() => Stop(forget: false));
        using var successor = await _end.Task;
        if (successor is not null)
        {
            _inheritance.Lock.Dispose();
            await _control.StopAsync();
            await LeaveToAsync(successor);
        }
        else
        {
            ServiceManager.Stopping();
            await Task.WhenAll(_gateway.StopAsync(_options.Drain), _releases.StopWorkersAsync(), PredecessorEndsAsync(), HandoverEndsAsync());
            await _releases.StopAllAsync(TimeSpan.Zero);
            _queue.Dispose();

            // Last, so that whoever sees no host any more can start the next one.
            await _control.StopAsync();
            _announcement.Withdraw();
        }

        _log.LogInformation("The host has ended");
    }

    public void Stop(bool forget)
    {
        if (forget)
        {
            _releases.Forget();
        }

        _ending.Cancel();
        _end.TrySetResult(null);
    }

    public async Task UpgradeAsync(UpgradeCommand command, CancellationToken cancellationToken)
    {
        RefuseWhileStopping();
        if (Interlocked.Exchange(ref _upgrading, 1) == 1)
        {
            throw BeingUpgraded();
        }

        try
        {
            await (_handover = HandOverAsync(command, cancellationToken));
        }
        catch
        {
            Volatile.Write(ref _upgrading, 0);
            throw;
        }
    }

    public void RefuseWhileLeaving()
    {
        RefuseWhileStopping();
        if (Volatile.Read(ref _upgrading) == 1)
        {
            throw BeingUpgraded();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lateSuccessor?.Dispose();
        await _releases.StopAllAsync(TimeSpan.Zero);
        await _gateway.DisposeAsync();
        await _control.DisposeAsync();
        _queue.Dispose();
        _register.Dispose();
        _probes.Dispose();
        _logs.Dispose();
        _ending.Dispose();
    }

    /// <summary>Connections of clients stay here until their next answer; what they ask for is the next host's to decide.</summary>
    private async Task LeaveToAsync(Successor successor)
    {
        var gateway = new ServiceEndpoint();
        gateway.Open(new IPEndPoint(_options.Bind.Equals(IPAddress.Any) ? IPAddress.Loopback : _options.Bind, _description.Port));
        using var route = new GatewayRoute("of the next host", gateway, gateway);
        _routes.Activate(route);
        await using var hurry = _ending.Token.Register(() => _ = _releases.StopWorkersAsync());
        await successor.WhileItStaysAsync(
            Task.WhenAll(_gateway.RetireAsync(_options.Drain, _ending.Token), _releases.StopAllAsync(_options.Drain), PredecessorEndsAsync()), _ending);
    }

    /// <summary>Whoever sees that this host has ended may count on it that no request is under way in the one before it either.</summary>
    private Task PredecessorEndsAsync() => _predecessor?.EndAsync(_options.Drain, _options.Drain + RunningRelease.Grace, _ending.Token) ?? Task.CompletedTask;

    /// <summary>Until then a new host may accept requests without having been told to stop.</summary>
    private async Task HandoverEndsAsync() => await _handover.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task HandOverAsync(UpgradeCommand command, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        Successor successor;
        try
        {
            successor = await new Handover(_options, _inheritance, _queue, _logs.CreateLogger<Handover>()).RunAsync(command, either.Token);
        }
        catch (ControlException)
        {
            // The new one may have come far enough to say that it is the host.
            _announcement.Repeat();
            throw;
        }

        await _control.StopAcceptingAsync();
        if (!_end.TrySetResult(successor))
        {
            // What was asked of this host is asked of the one that is the host by now. It ends last, and takes the files with it.
            _lateSuccessor = successor;
            successor.Stop();
            RefuseWhileStopping();
        }
    }

    private async Task ServeAsync()
    {
        await _gateway.StartAsync(CancellationToken.None);
        await _control.StartAsync(CancellationToken.None);
        _log.LogInformation("Host {Content} serves on port {Port}", _description.Content, _description.Port);
    }

    private void RefuseWhileStopping()
    {
        if (_ending.IsCancellationRequested)
        {
            throw ControlException.Conflict("The host is stopping");
        }
    }

    private static ControlException BeingUpgraded() => ControlException.Conflict("The host is being upgraded; try again in a moment");
}
