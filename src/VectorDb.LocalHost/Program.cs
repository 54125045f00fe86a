using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using VectorDb.LocalHost;
using VectorDb.LocalHost.Control;
using VectorDb.LocalHost.Platform;
using VectorDb.LocalHost.Upgrade;

if (args.Contains("--help", StringComparer.Ordinal))
{
    Console.WriteLine(HostArguments.Usage);
    return 0;
}

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    var options = HostArguments.Parse(args);
    var folders = new HomeFolders(options.Home);
    folders.Create();
    await (Inheritance.FromEnvironment() is { } inherited ? TakeOverAsync(options, folders, inherited) : StartAsync(options, folders));
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    // Told to stop before it served: as orderly an end as any later one.
    return 0;
}
catch (UsageException exception)
{
    await Console.Error.WriteLineAsync($"{exception.Message}\n\n{HostArguments.Usage}");
    return 2;
}
catch (StartupException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

async Task StartAsync(HostArguments options, HomeFolders folders)
{
    using var homeLock = await HomeLock.TryTakeAsync(folders.Lock, stop.Token) ?? throw new StartupException(HeldBy(folders));
    using var gateway = ServiceManager.Socket() ?? OpenGateway(options);
    using var control = ControlSocket.Open(folders);
    await using var host = new ResidentHost(options, folders, new Inheritance(gateway, control, homeLock), TimeProvider.System);
    await host.StartAsync(stop.Token);
    if (options.Background)
    {
        Posix.LeaveTerminal();
    }

    await host.RunToEndAsync(stop.Token);
}

async Task TakeOverAsync(HostArguments options, HomeFolders folders, Inheritance inherited)
{
    var handshake = new Handshake(new StreamReader(Console.OpenStandardInput()), Console.Out);
    await using var host = new ResidentHost(options, folders, inherited, TimeProvider.System);
    try
    {
        await host.TakeOverAsync(handshake, stop.Token);
    }
    catch (Exception exception)
    {
        await handshake.SayFailedAsync(exception.Message, CancellationToken.None);
        throw new StartupException($"The running host could not be taken over: {exception.Message}");
    }

    await host.RunToEndAsync(stop.Token);
}

static ListenSocket OpenGateway(HostArguments options)
{
    try
    {
        return ListenSocket.Open(new IPEndPoint(options.Bind, options.Port));
    }
    catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
    {
        throw new StartupException($"Port {options.Port} on {options.Bind} is taken by another program; choose another one with --port=<number>.");
    }
    catch (SocketException exception)
    {
        throw new StartupException($"Cannot listen on {options.Bind}, port {options.Port}: {exception.Message}.");
    }
}

static string HeldBy(HomeFolders folders)
{
    var other = AtomicFile.ReadJson<HostDescription>(folders.HostDescription);
    return $"Another host{(other is null ? "" : $" (process {other.Pid}, port {other.Port})")} runs for {folders.Home}. Stop it first: ./build.sh --target=Stop";
}
