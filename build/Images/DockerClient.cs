using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Images;

/// <summary>The <c>docker</c> program, talking to the engine that it finds (<c>DOCKER_HOST</c>, the current context or its default).</summary>
internal sealed class DockerClient(CommandRunner commands)
{
    /// <summary>Timestamps and attestations that would give the same content another digest; older engines ignore both.</summary>
    private static readonly Dictionary<string, string?> Reproducible = new(StringComparer.Ordinal)
    {
        ["SOURCE_DATE_EPOCH"] = "0",
        ["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1",
    };

    /// <returns>Version of the engine, or null when none answers.</returns>
    public async Task<string?> EngineVersionAsync(CancellationToken cancellation)
    {
        try
        {
            var result = await commands.TryAsync(new Command("docker", "version", "--format", "{{.Server.Version}}"), cancellation);
            return result.Succeeded ? result.Output.Trim() : null;
        }
        catch (CommandFailedException)
        {
            return null;
        }
    }

    public async Task<bool> HasAsync(string image, CancellationToken cancellation) =>
        (await commands.TryAsync(new Command("docker", "image", "inspect", image), cancellation)).Succeeded;

    /// <returns>Whether an image that the engine has is, or is built on, one of <c>scripts/base-images.sh</c>.</returns>
    public async Task<bool> IsStandInAsync(string image, CancellationToken cancellation)
    {
        var label = await commands.RunAsync(new Command("docker", "image", "inspect", "--format", "{{index .Config.Labels \"vectordb.stand-in\"}}", image), cancellation);
        return label.Output.Trim() == "true";
    }

    /// <exception cref="CommandFailedException">With the last lines of the build.</exception>
    public Task BuildAsync(ImageRecipe recipe, string image, string contentLabel, CancellationToken cancellation)
    {
        List<string> arguments =
        [
            "build", "--file", recipe.Dockerfile, "--tag", image, "--platform", recipe.Platform,
            "--label", $"org.opencontainers.image.title={recipe.Repository}",
            "--label", $"vectordb.content={contentLabel}",
        ];
        if (recipe.BaseImage is { } baseImage)
        {
            arguments.AddRange(["--build-arg", $"BASE_IMAGE={baseImage}"]);
        }

        return commands.RunAsync(new Command("docker", [.. arguments, recipe.Context]) { Environment = Reproducible }, cancellation);
    }

    public Task TagAsync(string image, string name, CancellationToken cancellation) =>
        commands.RunAsync(new Command("docker", "tag", image, name), cancellation);

    /// <summary>Takes a name from an image, and the image with its last one.</summary>
    public Task UntagAsync(string name, CancellationToken cancellation) => commands.RunAsync(new Command("docker", "rmi", name), cancellation);

    /// <returns>Names of the images that the engine has from a registry, or for it.</returns>
    public async Task<IReadOnlyList<string>> NamesAsync(string registry, CancellationToken cancellation)
    {
        var listed = await commands.RunAsync(
            new Command("docker", "image", "ls", "--filter", $"reference={registry}/*/*", "--format", "{{.Repository}}:{{.Tag}}"), cancellation);
        return listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <param name="name"><c>registry/repository:tag</c>.</param>
    /// <param name="configuration">Folder that holds the login.</param>
    /// <param name="cancellation">Ends the push.</param>
    /// <returns>The digest that the registry reported.</returns>
    public async Task<string> PushAsync(string name, string configuration, CancellationToken cancellation)
    {
        await commands.RunAsync(await WithLoginAsync(configuration, ["push", "--quiet", name], cancellation), cancellation);
        var inspected = await commands.RunAsync(new Command("docker", "image", "inspect", name), cancellation);
        var repository = name[..name.LastIndexOf(':')];
        using var document = JsonDocument.Parse(inspected.Output);
        return document.RootElement[0].GetProperty("RepoDigests").EnumerateArray()
            .Select(static digest => digest.GetString()!.Split('@'))
            .First(parts => parts[0] == repository)[1];
    }

    /// <summary>Writes a login into <paramref name="configuration"/>; the password goes in on standard input.</summary>
    public async Task LogInAsync(string registry, string user, string password, string configuration, CancellationToken cancellation)
    {
        // An empty configuration hands logins to the credential store of the system, where they stay; one that knows a registry keeps them itself.
        var known = new JsonObject { ["auths"] = new JsonObject { [registry] = new JsonObject() } };
        await PrivateFolder.WriteAsync(Path.Combine(configuration, "config.json"), known.ToJsonString(), cancellation);
        var command = await WithLoginAsync(configuration, ["login", "--username", user, "--password-stdin", registry], cancellation);
        await commands.RunAsync(command with { Input = password }, cancellation);
    }

    /// <summary>The user's Docker context is in the user's own configuration: which engine it means is looked up there.</summary>
    private async Task<Command> WithLoginAsync(string configuration, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var context = await commands.RunAsync(new Command("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"), cancellation);
        return new Command("docker", arguments)
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOCKER_CONFIG"] = configuration, ["DOCKER_HOST"] = context.Output.Trim() },
        };
    }
}
