using System.Text.Json.Nodes;
using VectorDb.Build.Aws;
using VectorDb.Build.Compilation;
using VectorDb.Build.Cost;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The service's infrastructure of the release at hand: planned, judged and applied; what was shown is what is applied.</summary>
internal sealed class AwsInfrastructure(
    AwsAccount account, AwsRelease release, AwsTerraform roots, Approval approval, AbandonedLock abandoned, Workspace workspace, CommandRunner commands, StepJournal journal,
    TimeProvider time) : IPublishedTemplates
{
    private Terraform? _terraform;
    private PlannedChange? _planned;

    /// <returns>The summary of the plan.</returns>
    /// <exception cref="PolicyException">The plan breaks a rule.</exception>
    public async Task<string?> PlanAsync(CancellationToken cancellationToken)
    {
        var rendered = await release.RenderAsync(cancellationToken);
        var change = new InfrastructureChange(await InitializedAsync(rendered, cancellationToken), roots.Waivers, time);
        var planned = await change.PlanAsync(Inputs(rendered), destroy: false, cancellationToken);
        PlanReport.Lines("Service", planned).ToList().ForEach(journal.Say);
        CostEstimate.Of(CostInputs.From(account.Settings), PriceTable.Read(), planned.Plan).Lines.ToList().ForEach(journal.Say);
        await PlanFile.WriteAsync(workspace.Artifacts, account.Environment, planned, rendered.Draft.Release, cancellationToken);
        _planned = planned;
        return planned.Findings.Count == 0 ? planned.Plan.Summary.ToString() : throw new PolicyException(planned.Findings);
    }

    /// <param name="approved">The hash that the command line gave; null asks.</param>
    /// <param name="target">What goes on once the plan is approved.</param>
    /// <param name="whileWaiting">Asks: it may take hours, in which a rollback may take the lock, and then fails.</param>
    public async Task<string?> ApplyAsync(
        string? approved, string target, Func<Func<CancellationToken, Task>, CancellationToken, Task> whileWaiting, CancellationToken cancellationToken)
    {
        if ((await release.RenderAsync(cancellationToken)).Draft.Pushed.Unpushed is { Count: > 0 } unpushed)
        {
            throw new InvalidOperationException(
                $"No registry has {string.Join(", ", unpushed)} of this release: it was planned with --unpushed, to be read. Next: ./build.sh --target=EcrPush --environment={account.Environment}");
        }

        if (_planned is null)
        {
            await PlanAsync(cancellationToken);
        }

        var planned = _planned!;
        if (planned.Saved.HasChanges)
        {
            var request = new ApprovalRequest(target, account.Environment, account.Settings.Require(SettingsCatalogue.Approval));
            await whileWaiting(asked => approval.EnsureAsync(planned, approved, request, asked), cancellationToken);
            await new InfrastructureChange(_terraform!, roots.Waivers, time).ApplyAsync(planned, journal.Say, cancellationToken);
        }

        await OpenQueueAsync(cancellationToken);
        return planned.Plan.Summary.ToString();
    }

    /// <returns>What instances start from as the last apply published it, by profile.</returns>
    public async Task<IReadOnlyDictionary<string, LaunchTemplateVersion>> LaunchTemplatesAsync(CancellationToken cancellationToken)
    {
        var terraform = _terraform ?? await InitializedAsync(await release.RenderAsync(cancellationToken), cancellationToken);
        var outputs = await terraform.OutputsAsync(cancellationToken);
        return outputs.TryGetValue("groups", out var groups)
            ? groups.EnumerateObject().ToDictionary(
                static group => group.Name,
                static group => new LaunchTemplateVersion(
                    group.Value.GetProperty("launch_template_id").GetString()!, group.Value.GetProperty("launch_template_version").GetRawText()),
                StringComparer.Ordinal)
            : throw new InvalidOperationException($"Nothing was applied to {account.Environment} yet. Next: ./build.sh --target=TerraformApply --environment={account.Environment}");
    }

    /// <summary>Terraform made the queue's user locked: a password that it knew would lie in its state.</summary>
    private async Task OpenQueueAsync(CancellationToken cancellationToken)
    {
        var user = await CachePassword.FindUserIdAsync(account, cancellationToken)
            ?? throw new InvalidOperationException($"Terraform has left no parameter {account.ParameterName("service/cache-user-id")}.");
        if (await CachePassword.EnsureAsync(account, user, time, cancellationToken))
        {
            journal.Say($"the queue's user has the password of {account.SecretName(SecretCatalogue.RedisPassword.Name)}");
        }
    }

    private async Task<Terraform> InitializedAsync(RenderedRelease rendered, CancellationToken cancellationToken)
    {
        var variables = account.Settings.TerraformVariables();
        variables["environment"] = account.Environment;
        variables["user_data_files"] = new JsonObject(AwsNames.Profiles.Select(profile => KeyValuePair.Create(profile, (JsonNode?)rendered.PathOf($"user-data-{profile}.sh"))));
        variables["dashboard_files"] = new JsonObject(rendered.Hashes.Keys
            .Where(static path => path.StartsWith("dashboards/", StringComparison.Ordinal))
            .Select(path => KeyValuePair.Create(Path.GetFileNameWithoutExtension(path), (JsonNode?)rendered.PathOf(path))));
        _terraform = new Terraform(commands, roots.Service(variables), abandoned.IsAbandonedAsync);
        await _terraform.InitializeAsync(withState: true, cancellationToken);
        return _terraform;
    }

    /// <summary>What an approval covers beside the changes of resources.</summary>
    private Dictionary<string, string> Inputs(RenderedRelease rendered) => new(
    [
        .. rendered.Draft.Pushed.Images.Select(static image => KeyValuePair.Create($"image/{image.Key}", image.Value)),
        .. rendered.Hashes.Select(static file => KeyValuePair.Create($"file/{file.Key}", file.Value.ToString())),
        .. account.Settings.OfRelease().Select(static setting => KeyValuePair.Create($"setting/{setting.Key}", setting.Value)),
    ]);
}
