using Amazon.Runtime;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Images;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Environments.Rehearsal.Fleet;

/// <summary>
/// What lies on the disk of every instance from its start: the layers of base images, as a team would have them in the machine image
/// that its instances start from. It is a volume, named by what it is made of and kept like the base images themselves; instances
/// read it and write beside it. The layers have to come out of a registry, for an engine knows a layer again by that name only.
/// </summary>
internal sealed class MachineImage(CommandRunner commands, EmulatedAws aws, FleetOptions options, TimeProvider time)
{
    private const string Label = "vectordb.rehearsal.machine-image";
    private const int KeyDigits = 12;

    /// <returns>Name of the volume; null where there is nothing to bring along.</returns>
    /// <exception cref="CommandFailedException">It could not be made; nothing is left of it.</exception>
    public async Task<string?> EnsureAsync(CancellationToken cancellation)
    {
        List<(string Name, string Id)> bases = [];
        foreach (var name in options.BaseImages)
        {
            if (await IdOfAsync(name, cancellation) is { } id)
            {
                bases.Add((name, id));
            }
        }

        if (bases.Count == 0)
        {
            return null;
        }

        var key = string.Join('\n', bases.Select(static image => image.Id).Append(await IdOfAsync(FleetOptions.Image, cancellation)));
        var volume = $"vectordb-machine-{ContentHash.OfText(key).Hex[..KeyDigits]}";
        if (!await IsCompleteAsync(volume, cancellation))
        {
            await commands.TryAsync(new Command("docker", "volume", "rm", "--force", volume), cancellation);
            await BakeAsync(volume, [.. bases.Select(static image => image.Name)], cancellation);
        }

        return volume;
    }

    private async Task<string?> IdOfAsync(string image, CancellationToken cancellation)
    {
        var found = await commands.TryAsync(new Command("docker", "image", "inspect", "--format", "{{.Id}}", image), cancellation);
        return found.Succeeded ? found.Output.Trim() : null;
    }

    /// <summary>A volume whose making was cut short lacks its last file.</summary>
    private async Task<bool> IsCompleteAsync(string volume, CancellationToken cancellation) =>
        (await commands.TryAsync(new Command("docker", "volume", "inspect", volume), cancellation)).Succeeded
        && (await commands.TryAsync(
            new Command("docker", "run", "--rm", "--network", "none", "--label", $"{SiteNetwork.RunLabel}={options.Run}", "--volume", $"{volume}:/baked:ro", FleetOptions.Image, "test", "-e", "/baked/complete"),
            cancellation)).Succeeded;

    private async Task BakeAsync(string volume, IReadOnlyList<string> images, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("vectordb-machine-").FullName;
        var name = $"vectordb-machine-{options.Run}";
        var isMade = false;
        try
        {
            var pushed = await PushAsync(images, folder, cancellation);
            await commands.RunAsync(new Command("docker", "volume", "create", "--label", Label, volume), cancellation);
            await commands.RunAsync(
                new Command(
                    "docker",
                    [
                        "run", "--name", name, "--network", "host", "--label", $"{SiteNetwork.RunLabel}={options.Run}", .. InstanceContainer.Privileges,
                        "--volume", $"{volume}:/var/lib/docker", "--volume", $"{options.Files}:/opt/rehearsal:ro", "--volume", $"{folder}:/run/login:ro", "--env", "DOCKER_CONFIG=/run/login",
                        FleetOptions.Image, "/opt/rehearsal/bake.sh", .. pushed,
                    ]),
                cancellation);
            isMade = true;
        }
        finally
        {
            await commands.TryAsync(new Command("docker", "rm", "--force", name), CancellationToken.None);
            if (!isMade)
            {
                await commands.TryAsync(new Command("docker", "volume", "rm", "--force", volume), CancellationToken.None);
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<IReadOnlyList<string>> PushAsync(IReadOnlyList<string> images, string folder, CancellationToken cancellation)
    {
        using var services = new AwsServices(new AwsConnection(EmulatedAws.Region, new BasicAWSCredentials("machine-image", "machine-image"), aws.Endpoint), time);
        var login = await services.Ecr.LogInAsync(cancellation);
        var registry = login.ProxyEndpoint.Authority;
        var docker = new DockerClient(commands);
        await docker.LogInAsync(registry, login.User, login.Password, folder, cancellation);
        List<string> pushed = [];
        foreach (var image in images)
        {
            var name = $"{registry}/machine-image/layer-{pushed.Count}:base";
            await docker.TagAsync(image, name, cancellation);
            await docker.PushAsync(name, folder, cancellation);
            await docker.UntagAsync(name, cancellation);
            pushed.Add(name);
        }

        return pushed;
    }
}
