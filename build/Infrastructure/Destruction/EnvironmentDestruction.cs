using System.Text.Json.Nodes;
using Cake.Core;
using VectorDb.Build.Bootstrap;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Infrastructure.Destruction;

/// <summary>The end of an environment: the service, and on demand what it was released with. Nothing brings it back.</summary>
public sealed class EnvironmentDestruction
{
    private static readonly Dictionary<string, string> NoInputs = [];

    private readonly Lazy<AwsAccount> _account;
    private readonly ReleaseGate _gate;
    private readonly Workspace _workspace;
    private readonly CommandRunner _commands;
    private readonly Terminal _terminal;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal EnvironmentDestruction(
        Lazy<AwsAccount> account, ReleaseGate gate, Workspace workspace, CommandRunner commands, Terminal terminal, StepJournal journal, TimeProvider time) =>
        (_account, _gate, _workspace, _commands, _terminal, _journal, _time) = (account, gate, workspace, commands, terminal, journal, time);

    /// <param name="confirm">The environment's name, where nobody can type it; null asks.</param>
    /// <param name="withFoundation">Its images, secrets, releases and ledger too.</param>
    /// <exception cref="CakeException">It is protected, or nobody has confirmed.</exception>
    public async Task RunAsync(string? confirm, bool withFoundation, CancellationToken cancellation)
    {
        var account = _account.Value;
        RefuseProtected(account, withFoundation);
        if (withFoundation)
        {
            await SharedFoundation.RefuseAsync(account, cancellation);
        }

        if (confirm is not null && confirm != account.Environment)
        {
            throw NotConfirmed(account, $"--confirm is '{confirm}'.");
        }

        var roots = new AwsTerraform(account, _workspace);
        if (await PlanAsync("Service", roots.Service(await ServiceVariablesAsync(account, cancellation)), roots, cancellation) is { } service)
        {
            await ConfirmAsync(account, confirm, cancellation);
            await _gate.EnsureHeldAsync(cancellation);
            await _gate.RecordAsync(LedgerEvent.Destroyed, manifest: null, cancellation, "the service is destroyed");
            await _journal.RunAsync("Instances", () => new FleetEnd(account, _journal, _time).RunAsync(cancellation));
            await ApplyAsync("Service", service, cancellation);
            _journal.Close($"The service of {account.Environment} is gone.");
        }

        if (withFoundation)
        {
            await DestroyFoundationAsync(account, roots, confirm, cancellation);
        }
        else
        {
            _journal.Close($"What is left: images, secrets, releases and ledger. All of it: {BuildCommand.Line("Destroy", account.Environment)} --with-foundation");
        }
    }

    private async Task DestroyFoundationAsync(AwsAccount account, AwsTerraform roots, string? confirm, CancellationToken cancellation)
    {
        if (await PlanAsync("Foundation", roots.Foundation(FoundationVariables.Of(account, new Dictionary<string, string>())), roots, cancellation) is not { } foundation)
        {
            return;
        }

        await ConfirmAsync(account, confirm, cancellation);
        if (_gate.IsEntered)
        {
            await _gate.EnsureHeldAsync(cancellation);
            // The lock's table is the foundation's.
            await _gate.LeaveAsync();
        }

        await ApplyAsync("Foundation", foundation, cancellation);
        _journal.Close($"The foundation of {account.Environment} is gone. The state's bucket stays: aws s3 rb s3://{account.StateBucket} --force   (every version has to be deleted first)");
    }

    /// <returns>Null where there is nothing to destroy.</returns>
    private async Task<(InfrastructureChange Change, PlannedChange Planned)?> PlanAsync(string name, TerraformRoot root, AwsTerraform roots, CancellationToken cancellation)
    {
        var terraform = new Terraform(_commands, root, new AbandonedLock(new Lazy<ReleaseGate>(_gate), _journal, _time).IsAbandonedAsync);
        var change = new InfrastructureChange(terraform, roots.Waivers, _time);
        PlannedChange? planned = null;
        await _journal.RunAsync($"{name}: plan", async () =>
        {
            await terraform.InitializeAsync(withState: true, cancellation);
            if (!await terraform.HoldsAnythingAsync(cancellation))
            {
                // A plan would look for what a run that was cut short has already taken away.
                return "nothing is there";
            }

            planned = await change.PlanAsync(NoInputs, destroy: true, cancellation);
            if (planned.Saved.HasChanges)
            {
                PlanReport.Lines(name, planned).ToList().ForEach(_journal.Say);
            }

            return planned.Plan.Summary.ToString();
        });
        return planned is { Saved.HasChanges: true } ? (change, planned) : null;
    }

    private Task ApplyAsync(string name, (InfrastructureChange Change, PlannedChange Planned) destruction, CancellationToken cancellation)
    {
        return _journal.RunAsync($"{name}: destroy", () => _gate.IsEntered ? _gate.WhileHeldAsync(DestroyAsync, cancellation) : DestroyAsync(cancellation));

        async Task<string?> DestroyAsync(CancellationToken token)
        {
            await destruction.Change.ApplyAsync(destruction.Planned, _journal.Say, token);
            return destruction.Planned.Plan.Summary.ToString();
        }
    }

    private async Task ConfirmAsync(AwsAccount account, string? confirm, CancellationToken cancellation)
    {
        if (confirm is not null)
        {
            return;
        }

        if (!_terminal.IsInteractive)
        {
            throw NotConfirmed(account, "Nobody is at a terminal to ask.");
        }

        if (await _terminal.AskAsync($"Nothing brings this back. Type the name of the environment to destroy it:", cancellation) is var typed && typed != account.Environment)
        {
            throw NotConfirmed(account, $"What was typed is '{typed}'.");
        }
    }

    private static CakeException NotConfirmed(AwsAccount account, string why) => new(
        ExitCodes.UsageError, $"{why} Nothing was destroyed. To confirm: {BuildCommand.Line("Destroy", account.Environment)} --confirm={account.Environment}");

    private static void RefuseProtected(AwsAccount account, bool withFoundation)
    {
        if (account.Settings.Require(SettingsCatalogue.DeletionProtection) != "true")
        {
            return;
        }

        var apply = withFoundation ? "Bootstrap, then TerraformApply" : "TerraformApply";
        throw new CakeException(
            $"{account.Environment} is protected against deletion, and nothing was touched. To give it up: set {SettingsCatalogue.DeletionProtection.Name}=false in .env.{account.Environment}, "
            + $"take the protection off ({apply}, with --environment={account.Environment}), then run this again.");
    }

    // What an instance would boot with does not matter any more, but Terraform reads the files.
    private async Task<JsonObject> ServiceVariablesAsync(AwsAccount account, CancellationToken cancellation)
    {
        var folder = Path.Combine(_workspace.Artifacts, account.Environment, "terraform");
        PrivateFolder.Create(folder);
        var script = Path.Combine(folder, "no-boot.sh");
        await PrivateFolder.WriteAsync(script, "#!/bin/bash\n", cancellation);
        var variables = account.Settings.TerraformVariables();
        variables["environment"] = account.Environment;
        variables["user_data_files"] = new JsonObject { ["web"] = script, ["worker"] = script };
        return variables;
    }
}
