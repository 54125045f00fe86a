using System.Text.Json.Nodes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Infrastructure;

/// <summary>A root module, where it works, and what it is given.</summary>
/// <param name="Directory">The folder of the root module. Nothing is written to it.</param>
/// <param name="WorkDirectory">Private to this environment: provider links, variables, plans. Created, readable by the owner alone.</param>
internal sealed record TerraformRoot(string Directory, string WorkDirectory)
{
    /// <summary>Values of the root's variables. No secret: they end up in the plan.</summary>
    public JsonObject Variables { get; init; } = [];

    /// <summary>Where the state is: bucket, key, region.</summary>
    public IReadOnlyDictionary<string, string> Backend { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A folder with the providers, or null to let Terraform download them.</summary>
    public string? Mirror { get; init; }

    /// <summary>Added to Terraform's environment, credentials for instance; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    internal string DataDirectory => Path.Combine(WorkDirectory, "data");

    internal string VariablesFile => Path.Combine(WorkDirectory, "variables.tfvars.json");
}

/// <summary>A saved plan: what was shown is what is applied.</summary>
/// <param name="File">Readable by the owner alone: a plan holds the whole configuration.</param>
/// <param name="HasChanges">Whether applying it changes anything.</param>
/// <param name="Content">Of the file, which lies where every run of this checkout saves its plans.</param>
internal sealed record SavedPlan(string File, bool HasChanges, ContentHash Content);

/// <summary>Another run of this checkout has saved its plan over the one that was shown; that one is gone.</summary>
internal sealed class PlanReplacedException() : Exception(
    "Another run has planned in this checkout since, and its plan lies where the one shown above lay. Nothing was applied; run the command again, and leave the checkout to it until it is done.");
