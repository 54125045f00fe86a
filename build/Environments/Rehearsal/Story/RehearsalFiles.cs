using System.Security.Cryptography;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>The files that instances fetch by hash beside the bundle: this machine's Compose plugin, and the site's own authority.</summary>
/// <param name="Folder">Holds them, for Bootstrap.</param>
/// <param name="ComposeSha256">Of the plugin.</param>
/// <param name="Missing">Set where this machine has no plugin.</param>
internal sealed record RehearsalFiles(string Folder, string ComposeSha256, MissingPart? Missing)
{
    /// <param name="commands">Asks <c>docker</c> where its plugin is.</param>
    /// <param name="folder">Where to put them.</param>
    /// <param name="authority">Certificate of the site's authority.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<RehearsalFiles> GatherAsync(CommandRunner commands, string folder, string authority, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        File.Copy(authority, Path.Combine(folder, "ca.pem"), overwrite: true);
        var plugin = await PluginAsync(commands, cancellation);
        var copy = Path.Combine(folder, "docker-compose");
        if (plugin is null)
        {
            // Nothing will boot without an engine; what is planned and applied needs a hash all the same.
            await File.WriteAllTextAsync(copy, "there is no Compose plugin on this machine", cancellation);
        }
        else
        {
            File.Copy(plugin, copy, overwrite: true);
        }

        return new RehearsalFiles(
            folder, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(copy, cancellation))),
            plugin is null ? new MissingPart("Compose", "Docker's Compose plugin is not on this machine", MissingPart.InstallTools) : null);
    }

    private static async Task<string?> PluginAsync(CommandRunner commands, CancellationToken cancellation)
    {
        try
        {
            var answer = await commands.TryAsync(
                new Command("docker", "info", "--format", """{{range .ClientInfo.Plugins}}{{if eq .Name "compose"}}{{.Path}}{{end}}{{end}}"""), cancellation);
            return answer.Output.Trim() is { Length: > 0 } path && File.Exists(path) ? path : null;
        }
        catch (CommandFailedException)
        {
            return null;
        }
    }
}
