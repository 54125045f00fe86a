using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Fleet;

/// <summary>
/// The machine of one instance: a container with systemd as its first process and a Docker engine of its own. What is needed for that
/// (and less than <c>--privileged</c> gives, which not every machine grants) is in its arguments.
/// </summary>
internal sealed class InstanceContainer(CommandRunner commands, FleetOptions options, string? machineImage, string instance)
{
    /// <summary>What an engine inside a container needs.</summary>
    public static IReadOnlyList<string> Privileges { get; } =
    [
        "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE", "--cap-add", "MKNOD",
        "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
        "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--tmpfs", "/run:exec,mode=755", "--tmpfs", "/tmp:exec,mode=1777",
    ];

    private string Name => $"vectordb-{instance}";

    /// <exception cref="CommandFailedException">No engine answers, or it lacks the image.</exception>
    public static Task RequireImageAsync(CommandRunner commands, CancellationToken cancellation) =>
        commands.RunAsync(Docker(["image", "inspect", "--format", "{{.Id}}", FleetOptions.Image]), cancellation);

    /// <summary>Starts it.</summary>
    /// <returns>Its address in the network.</returns>
    /// <exception cref="CommandFailedException">The engine refused.</exception>
    public async Task<string> StartAsync(Uri aws, CancellationToken cancellation)
    {
        await commands.RunAsync(
            Docker(
            [
                "run", "--detach", "--name", Name, "--hostname", instance, "--network", options.Network,
                "--label", $"{SiteNetwork.RunLabel}={options.Run}", "--label", $"{SiteNetwork.RunLabel}.instance={instance}",
                .. Privileges,
                // Anonymous: it goes with the container. The engine inside stacks its layers on it, which it cannot on the container's own.
                "--volume", "/var/lib/docker",
                "--volume", $"{options.Files}:/opt/rehearsal:ro",
                .. machineImage is null ? Array.Empty<string>() : ["--volume", $"{machineImage}:/var/lib/machine-image:ro"],
                "--env", "container=docker", "--env", $"INSTANCE_ID={instance}", "--env", $"AWS_ENDPOINT={aws}",
                "--env", $"SITE_ADDRESS={options.SiteAddress}", "--env", $"REGISTRY_PORT={options.RegistryPort}", "--env", $"NAME_SERVER={options.SiteAddress}",
                FleetOptions.Image, "/opt/rehearsal/start.sh",
            ]),
            cancellation);
        var inspected = await commands.RunAsync(
            Docker(["inspect", "--format", $$$"""{{(index .NetworkSettings.Networks "{{{options.Network}}}").IPAddress}}""", Name]), cancellation);
        return inspected.Output.Trim();
    }

    /// <summary>Waits until its first process has ended.</summary>
    /// <returns>The exit code, and the last that it said.</returns>
    public async Task<string> EndsAsync(CancellationToken cancellation)
    {
        var ended = await commands.RunAsync(Docker(["wait", Name]), cancellation);
        var said = await commands.TryAsync(Docker(["logs", "--tail", "5", Name]), cancellation);
        return $"its machine ended with exit code {ended.Output.Trim()}: {(said.Output + said.Error).Trim()}";
    }

    public Task RemoveAsync(CancellationToken cancellation) =>
        commands.TryAsync(Docker(["rm", "--force", "--volumes", Name]), cancellation);

    /// <summary>Removes the machines of a whole run.</summary>
    public static async Task RemoveAllAsync(CommandRunner commands, FleetOptions options, CancellationToken cancellation)
    {
        var listed = await commands.RunAsync(
            Docker(["ps", "--all", "--quiet", "--filter", $"label={SiteNetwork.RunLabel}={options.Run}", "--filter", $"label={SiteNetwork.RunLabel}.instance"]), cancellation);
        var machines = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (machines.Length > 0)
        {
            await commands.RunAsync(Docker(["rm", "--force", "--volumes", .. machines]), cancellation);
        }
    }

    private static Command Docker(IReadOnlyList<string> arguments) => new("docker", arguments);
}
