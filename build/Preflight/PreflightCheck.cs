using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Preflight;

/// <summary>Looks before a target changes an environment.</summary>
public interface IPreflight
{
    /// <exception cref="PreflightException">Something stops it: all of that, each with what ends it.</exception>
    Task EnsureAsync(CancellationToken cancellation);
}

/// <summary>All that would stop a deploy to an environment in AWS, found before anything is changed.</summary>
public sealed class PreflightCheck : IPreflight
{
    private readonly string _environment;
    private readonly SettingsSource _source;
    private readonly Workspace _workspace;
    private readonly CommandRunner _commands;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal PreflightCheck(string environment, SettingsSource source, Workspace workspace, CommandRunner commands, StepJournal journal, TimeProvider time) =>
        (_environment, _source, _workspace, _commands, _journal, _time) = (environment, source, workspace, commands, journal, time);

    /// <inheritdoc/>
    public Task EnsureAsync(CancellationToken cancellation) => _journal.RunAsync("Preflight", async () =>
    {
        var findings = await FindAsync(cancellation);
        if (findings.Count > 0)
        {
            Finding.Table(findings).ToList().ForEach(_journal.Say);
            throw new PreflightException(findings);
        }

        return "settings, tools, account, secrets, certificate and sources are in order";
    });

    /// <returns>In the order in which they are best ended.</returns>
    internal async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellation)
    {
        // What needs no account runs while the account is asked.
        var onThisMachine = Task.WhenAll(
            new ToolCheck(_commands).FindAsync(cancellation), new TreeCheck(_workspace.Root, _commands).FindAsync(_environment, cancellation), new KeyScan(_workspace.Root, _commands).FindAsync(cancellation));
        var (settings, problems) = await SettingsAsync(cancellation);
        List<Finding> findings = [.. problems];
        if (settings is not null)
        {
            findings.AddRange(PlaceholderCheck.Find(settings, _environment));
            using var account = new AwsAccount(_environment, settings, _time);
            findings.AddRange(await new AccountCheck(account, _time).FindAsync(cancellation));
        }

        findings.AddRange((await onThisMachine).SelectMany(static each => each));
        return findings;
    }

    private async Task<(EnvironmentSettings? Settings, IEnumerable<Finding> Problems)> SettingsAsync(CancellationToken cancellation)
    {
        try
        {
            return (await _source.LoadAsync(_environment, cancellation), []);
        }
        catch (SettingsException wrong)
        {
            return (null, wrong.Message.Split('\n').Select(line => new Finding(
                "setting", line, "A release is made of its settings.", $"edit .env.{_environment}; .env.production.template explains each setting")));
        }
        catch (Exception failure) when (CredentialFinding.Of(failure, _environment) is { } finding)
        {
            return (null, [finding]);
        }
        catch (HttpRequestException unreachable)
        {
            return (null, [new Finding(
                "network", $"AWS cannot be reached ({unreachable.Message})", "Settings that are not in the file lie in the parameter store.",
                $"check {SettingsCatalogue.Region.Name} in .env.{_environment}, and the way to the internet (HTTPS_PROXY)")]);
        }
    }
}
