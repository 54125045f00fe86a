using System.Text.Json;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Infrastructure;

/// <summary>
/// Terraform on one root. Every call is a program run to its end; a cancelled one is asked to stop first, so that it can write
/// its state and give its lock back.
/// </summary>
/// <param name="isAbandoned">Whether a lock that is held may be taken away; null for never.</param>
internal sealed class Terraform(CommandRunner commands, TerraformRoot root, Func<StateLock, CancellationToken, Task<bool>>? isAbandoned = null)
{
    private const int NoChanges = 0;
    private const int Changes = 2;
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(2);

    // Another run's plan holds the state's lock for seconds.
    private const string LockTimeout = "-lock-timeout=60s";

    public StateRepair Repair { get; } = new(root);

    /// <summary>Whether every file below a folder is written as <c>terraform fmt</c> writes it.</summary>
    /// <returns>The files that are not.</returns>
    public async Task<IReadOnlyList<string>> UnformattedAsync(CancellationToken cancellation)
    {
        var result = await commands.TryAsync(Of("fmt", "-check", "-recursive", "-list=true", root.Directory), cancellation);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <param name="withState">False for what needs no state: validation and tests.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task InitializeAsync(bool withState, CancellationToken cancellation)
    {
        PrivateFolder.Create(root.WorkDirectory);
        await PrivateFolder.WriteAsync(root.VariablesFile, root.Variables.ToJsonString(), cancellation);
        string[] state = withState
            ? [.. root.Backend.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(Setting), "-reconfigure"]
            : ["-backend=false"];
        string[] mirror = root.Mirror is { } folder ? [$"-plugin-dir={folder}"] : [];
        await commands.RunAsync(Of("init", ["-input=false", "-lockfile=readonly", .. mirror, .. state]), cancellation);
    }

    public Task ValidateAsync(CancellationToken cancellation) => commands.RunAsync(Of("validate"), cancellation);

    /// <summary>Runs the root's <c>*.tftest.hcl</c>.</summary>
    /// <returns>What Terraform printed.</returns>
    public async Task<string> TestAsync(CancellationToken cancellation) => (await commands.RunAsync(Of("test"), cancellation)).Output;

    /// <summary>Plans, and saves the plan.</summary>
    /// <param name="name">Of the plan's file.</param>
    /// <param name="destroy">Whether to plan the end of everything.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StateLockedException">Another run works on the state.</exception>
    public async Task<SavedPlan> PlanAsync(string name, bool destroy, CancellationToken cancellation)
    {
        var file = Path.Combine(root.WorkDirectory, $"{name}.tfplan");
        string[] mode = destroy ? ["-destroy"] : [];
        var command = Of("plan", ["-input=false", "-detailed-exitcode", LockTimeout, $"-var-file={root.VariablesFile}", $"-out={file}", .. mode]);
        var result = await WithStateAsync(command, cancellation);
        if (result.ExitCode is not (NoChanges or Changes))
        {
            throw CommandFailedException.Of(command, result);
        }

        PrivateFolder.Protect(file);
        return new SavedPlan(file, result.ExitCode == Changes, ContentHash.OfFile(file));
    }

    /// <returns>Whether the state knows of anything.</returns>
    public async Task<bool> HoldsAnythingAsync(CancellationToken cancellation)
    {
        if ((await commands.RunAsync(Of("state", "pull"), cancellation)).Output is not { Length: > 0 } state)
        {
            return false;
        }

        using var document = JsonDocument.Parse(state);
        return document.RootElement.GetProperty("resources").EnumerateArray().Any(static resource => resource.GetProperty("mode").GetString() == "managed");
    }

    /// <summary>A saved plan as Terraform's JSON.</summary>
    public async Task<JsonDocument> ShowAsync(SavedPlan plan, CancellationToken cancellation) =>
        JsonDocument.Parse((await commands.RunAsync(Of("show", "-json", plan.File), cancellation)).Output);

    /// <summary>Applies exactly what the saved plan says.</summary>
    /// <exception cref="CommandFailedException">It failed, perhaps half way: a new plan shows what is left.</exception>
    /// <exception cref="StateLockedException">Another run works on the state.</exception>
    /// <exception cref="PlanReplacedException">The file holds another plan by now.</exception>
    public async Task ApplyAsync(SavedPlan plan, Action<string> say, CancellationToken cancellation)
    {
        var command = Of("apply", "-input=false", LockTimeout, Claim(plan)) with { OnLine = Progress };
        if (await WithStateAsync(command, cancellation) is { Succeeded: false } failed)
        {
            throw CommandFailedException.Of(command, failed, Repair.TakeOver(failed.Error));
        }

        void Progress(string line)
        {
            if (ApplyProgress.Of(line) is { } told)
            {
                say(told);
            }
        }
    }

    /// <summary>The root's outputs after an apply, by name.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> OutputsAsync(CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse((await commands.RunAsync(Of("output", "-json"), cancellation)).Output);
        return document.RootElement.EnumerateObject().ToDictionary(
            static output => output.Name, static output => output.Value.GetProperty("value").Clone(), StringComparer.Ordinal);
    }

    /// <summary>Takes the plan away from where others plan before looking at it: nobody replaces it between the look and the apply.</summary>
    private static string Claim(SavedPlan plan)
    {
        var claimed = Path.ChangeExtension(plan.File, ".applied.tfplan");
        try
        {
            File.Move(plan.File, claimed, overwrite: true);
        }
        catch (FileNotFoundException)
        {
            // Another run has claimed the plan that lay here.
            throw new PlanReplacedException();
        }

        return ContentHash.OfFile(claimed) == plan.Content ? claimed : throw new PlanReplacedException();
    }

    private async Task<CommandResult> WithStateAsync(Command command, CancellationToken cancellation)
    {
        var result = await commands.TryAsync(command, cancellation);
        if (result.Succeeded || StateLock.In(result.Output + result.Error) is not { } held)
        {
            return result;
        }

        if (isAbandoned is null || !await isAbandoned(held, cancellation))
        {
            throw new StateLockedException(held, root);
        }

        // In the meantime it may have been given back, or be another's: Terraform compares the id.
        await commands.TryAsync(Of("force-unlock", "-force", held.Id), cancellation);
        result = await commands.TryAsync(command, cancellation);
        return result.Succeeded || StateLock.In(result.Output + result.Error) is not { } other ? result : throw new StateLockedException(other, root);
    }

    private static string Setting(KeyValuePair<string, string> entry) => $"-backend-config={entry.Key}={entry.Value}";

    private Command Of(string verb, params IReadOnlyList<string> arguments) =>
        new("terraform", [$"-chdir={root.Directory}", verb, .. verb is "show" or "output" or "fmt" or "state" ? arguments : arguments.Prepend("-no-color")])
        {
            Grace = StopLimit,
            Environment = new Dictionary<string, string?>(root.Environment, StringComparer.Ordinal)
            {
                ["TF_DATA_DIR"] = root.DataDirectory,
                ["TF_IN_AUTOMATION"] = "1",
                ["CHECKPOINT_DISABLE"] = "1",
                // Terraform and its provider are soon over: a sixth of their work was collecting garbage that could have lain.
                ["GOGC"] = "400",
                ["GOMEMLIMIT"] = "1GiB",
                // A personal configuration file must not decide what a release installs.
                ["TF_CLI_CONFIG_FILE"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
            },
        };
}
