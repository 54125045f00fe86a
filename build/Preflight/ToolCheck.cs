using System.Text.Json;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Preflight;

/// <summary>The programs that a deploy runs, and their versions.</summary>
internal sealed class ToolCheck(CommandRunner commands)
{
    private static readonly Version LeastTerraform = new(1, 11);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellation)
    {
        var found = await Task.WhenAll(TerraformAsync(cancellation), DockerAsync(cancellation), GitAsync(cancellation));
        return [.. found.OfType<Finding>()];
    }

    private async Task<Finding?> TerraformAsync(CancellationToken cancellation)
    {
        const string Fix = "install Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install";
        var answer = await RunAsync(new Command("terraform", "version", "-json"), cancellation);
        if (answer is not { Succeeded: true })
        {
            return new Finding("terraform", "Terraform does not run here", "It makes the infrastructure.", Fix);
        }

        using var document = JsonDocument.Parse(answer.Output);
        var text = document.RootElement.GetProperty("terraform_version").GetString()!;
        return Version.TryParse(text.Split('-')[0], out var version) && version >= LeastTerraform
            ? null
            : new Finding("terraform", $"Terraform is {text}", "Older ones can neither lock the state in S3 nor keep secrets out of it.", Fix);
    }

    private async Task<Finding?> DockerAsync(CancellationToken cancellation) =>
        await RunAsync(new Command("docker", "version", "--format", "{{.Server.Version}}"), cancellation) is { Succeeded: true, Output: var version } && version.Trim().Length > 0
            ? null
            : new Finding("docker", "No Docker engine answers", "It builds and pushes the images.", "start it (systemctl start docker), or name it: export DOCKER_HOST=unix:///<socket>");

    private async Task<Finding?> GitAsync(CancellationToken cancellation) =>
        await RunAsync(new Command("git", "--version"), cancellation) is { Succeeded: true }
            ? null
            : new Finding("git", "git does not run here", "A release names its commit, and the history is searched for keys.", "install git");

    /// <returns>Null when it cannot be started.</returns>
    private async Task<CommandResult?> RunAsync(Command command, CancellationToken cancellation)
    {
        try
        {
            return await commands.TryAsync(command with { Limit = Limit }, cancellation);
        }
        catch (CommandFailedException)
        {
            return null;
        }
    }
}
