using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Site;

/// <summary>
/// A Docker network of a run's own. Its gateway is an address of this machine that the containers in it, and those inside them, reach
/// too, and nobody outside: there everything listens that plays AWS. Without an engine it is an address of the loopback.
/// </summary>
internal sealed class SiteNetwork : IAsyncDisposable
{
    public const string RunLabel = "vectordb.rehearsal";
    public const string MachineLabel = "vectordb.rehearsal.machine";

    private const int First = 250;
    private const int Last = 200;

    private readonly CommandRunner _commands;
    private readonly string _run;

    private SiteNetwork(CommandRunner commands, string run, string? name, string address)
    {
        (_commands, _run, Name, Address) = (commands, run, name, address);
    }

    /// <summary>Name of the network; null without an engine.</summary>
    public string? Name { get; }

    /// <summary>Address of this machine in it.</summary>
    public string Address { get; }

    /// <param name="commands">Runs <c>docker</c>.</param>
    /// <param name="run">Whose network it is.</param>
    /// <param name="ports">Which the address must have free where there is no network of the run's own.</param>
    /// <param name="processes">This machine and process, for the label.</param>
    /// <param name="missing">Told that, and why, no container can run.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<SiteNetwork> CreateAsync(
        CommandRunner commands, SiteRun run, IReadOnlyList<int> ports, IProcessTable processes, Action<MissingPart> missing, CancellationToken cancellation)
    {
        if (await WithoutEngineAsync(commands, cancellation) is not { } part)
        {
            var network = await InEngineAsync(commands, run, processes, cancellation);
            if (IsOfThisMachine(network.Address))
            {
                return network;
            }

            await network.DisposeAsync();
            part = new MissingPart("Docker", "the engine runs on another machine, whose networks are out of reach here", MissingPart.InstallTools);
        }

        missing(part);
        return OnLoopback(commands, run, ports);
    }

    /// <summary>Without an engine: an address of the loopback that nothing listens at.</summary>
    /// <param name="commands">Has nothing to run.</param>
    /// <param name="run">Whose address it is.</param>
    /// <param name="ports">Which the address must have free.</param>
    public static SiteNetwork OnLoopback(CommandRunner commands, SiteRun run, IReadOnlyList<int> ports) => new(
        commands,
        run.Name,
        null,
        Enumerable.Range(Last, First - Last + 1).Reverse().Select(static number => $"127.31.{number}.1").First(address => ports.All(port => IsFree(address, port))));

    /// <summary>Removes the networks of runs whose process is gone, with the containers that hang on them.</summary>
    public static async Task RemoveLeftoversAsync(CommandRunner commands, IProcessTable processes, CancellationToken cancellation)
    {
        if (await WithoutEngineAsync(commands, cancellation) is not null)
        {
            return;
        }

        var listed = await commands.RunAsync(
            new Command("docker", "network", "ls", "--filter", $"label={RunLabel}", "--format", $$$"""{{.Name}} {{.Label "{{{RunLabel}}}"}} {{.Label "{{{MachineLabel}}}"}}"""), cancellation);
        foreach (var fields in listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')))
        {
            if (SiteRun.IsOver(fields[1], fields[2], processes))
            {
                await RemoveAsync(commands, fields[1], fields[0], cancellation);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Name is not null)
        {
            await RemoveAsync(_commands, _run, Name, CancellationToken.None);
        }
    }

    private static async Task<MissingPart?> WithoutEngineAsync(CommandRunner commands, CancellationToken cancellation)
    {
        const string Part = "Docker";
        if (MissingPart.Without("docker", Part) is { } missing)
        {
            return missing;
        }

        var answer = await commands.TryAsync(new Command("docker", "version", "--format", "{{.Server.Version}}"), cancellation);
        return answer.Succeeded ? null : new MissingPart(Part, "no Docker engine answers", "sudo systemctl start docker (or set DOCKER_HOST)");
    }

    private static async Task<SiteNetwork> InEngineAsync(CommandRunner commands, SiteRun run, IProcessTable processes, CancellationToken cancellation)
    {
        var name = $"vectordb-rehearsal-{run.Name}";
        for (var number = First; ; number--)
        {
            var prefix = $"172.31.{number}.";
            if (Addresses().Any(address => address.StartsWith(prefix, StringComparison.Ordinal)) && number > Last)
            {
                continue;
            }

            var command = new Command(
                "docker", "network", "create", "--subnet", $"{prefix}0/24", "--gateway", $"{prefix}1",
                "--label", $"{RunLabel}={run.Name}", "--label", $"{MachineLabel}={processes.Current.Machine}", name);
            var made = await commands.TryAsync(command, cancellation);
            if (made.Succeeded)
            {
                return new SiteNetwork(commands, run.Name, name, $"{prefix}1");
            }

            if (!made.Error.Contains("overlap", StringComparison.OrdinalIgnoreCase) || number == Last)
            {
                throw CommandFailedException.Of(command, made);
            }
        }
    }

    private static async Task RemoveAsync(CommandRunner commands, string run, string network, CancellationToken cancellation)
    {
        var listed = await commands.RunAsync(new Command("docker", "ps", "--all", "--quiet", "--filter", $"label={RunLabel}={run}"), cancellation);
        var containers = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            await commands.RunAsync(new Command("docker", ["rm", "--force", "--volumes", .. containers]), cancellation);
        }

        await commands.RunAsync(new Command("docker", "network", "rm", network), cancellation);
    }

    private static bool IsOfThisMachine(string address) => Addresses().Contains(address, StringComparer.Ordinal);

    private static IEnumerable<string> Addresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(static each => each.GetIPProperties().UnicastAddresses)
        .Select(static each => each.Address.ToString());

    private static bool IsFree(string address, int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(address), port);
            listener.Start();
            return true;
        }
        catch (SocketException error)
        {
            // A port that this user may not have is not taken.
            return error.SocketErrorCode == SocketError.AccessDenied;
        }
    }
}
