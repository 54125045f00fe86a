using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using VectorDb.Build.Environments;
using VectorDb.Build.Releases;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Reporting;

/// <summary>Says what is deployed and how it does.</summary>
public sealed class StatusReport
{
    private const int Healthy = 0;
    private const int Unhealthy = 3;
    private const int NothingDeployed = 4;

    private readonly IReleaseEnvironment _environment;
    private readonly IAnsiConsole _console;

    internal StatusReport(IReleaseEnvironment environment, IAnsiConsole console) => (_environment, _console) = (environment, console);

    /// <param name="json">Prints one JSON document and nothing else.</param>
    /// <returns>The exit code: 0 healthy, 3 deployed but not healthy or being stopped, 4 nothing deployed.</returns>
    public async Task<int> PrintAsync(bool json, CancellationToken cancellationToken)
    {
        var status = await _environment.Rollout.StatusAsync(cancellationToken);
        var document = await DescribeAsync(status, cancellationToken);
        if (json)
        {
            _console.WriteRaw(JsonSerializer.Serialize(document, StatusJson.Readable.StatusDocument));
        }
        else
        {
            Print(document);
        }

        return document.Release is null ? NothingDeployed : status is { IsStopping: false, ActiveRelease.IsHealthy: true } ? Healthy : Unhealthy;
    }

    private async Task<StatusDocument> DescribeAsync(RolloutStatus status, CancellationToken cancellationToken)
    {
        var history = new ReleaseHistory(await _environment.Ledger.ReadAsync(cancellationToken));
        var services = status.ActiveRelease?.Services ?? [];
        var standby = status.Running.Where(release => release.StandsBy).Select(release => new StandbyRelease(release.Id, release.Services)).FirstOrDefault();
        if ((status.Active ?? history.Active) is not { } active)
        {
            return new StatusDocument(_environment.Name, status.Url, null, services, standby, status.IsStopping);
        }

        var activation = history.LastActivation(active);
        return new StatusDocument(
            _environment.Name,
            status.Url,
            new DeployedRelease(active, activation?.Commit, activation?.At, activation?.By, history.IsVerified(active)),
            services,
            standby,
            status.IsStopping);
    }

    private void Print(StatusDocument document)
    {
        if (document.Release is not { } release)
        {
            _console.WriteRaw($"Nothing is deployed to {document.Environment}. Deploy: {_environment.Command("Deploy")}");
            return;
        }

        _console.WriteRaw($"{document.Environment}  {document.Url}");
        _console.WriteRaw(string.Create(
            CultureInfo.InvariantCulture,
            $"release {release.Id}  {(release.Verified ? "verified" : "NOT VERIFIED")}  commit {release.Commit}  since {release.DeployedAt:yyyy-MM-dd HH:mm:ss} UTC  by {release.DeployedBy}"));
        if (document.Services.Count == 0)
        {
            _console.WriteRaw($"Nothing of it is running. Bring it back: {_environment.Command("Deploy")}");
            return;
        }

        if (document.Stopping)
        {
            _console.WriteRaw($"It is being stopped, and finishes its requests. Bring it back: {_environment.Command("Deploy")}");
        }

        var table = new Table().Border(_console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None).AddColumns("Service", "Process", "Health", "Restarts", "Memory");
        foreach (var service in document.Services)
        {
            table.AddRow(
                service.Name,
                service.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-",
                service.Health == ServiceState.Healthy ? service.Health : $"[red]{Markup.Escape(service.Reason is { } reason ? $"{service.Health}: {reason}" : service.Health)}[/]",
                service.Restarts.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{service.MemoryBytes / 1048576.0:0} MB"));
        }

        _console.Write(table);
        if (document.Standby is { } standby)
        {
            _console.WriteRaw(string.Create(
                CultureInfo.InvariantCulture,
                $"release {standby.Id} stands by for a rollback, without traffic and jobs ({standby.Services.Sum(service => service.MemoryBytes) / 1048576.0:0} MB)"));
        }
    }
}

/// <summary>What <c>Status --json</c> prints.</summary>
/// <param name="Standby">The release before, while it is kept ready for a rollback; left out otherwise.</param>
/// <param name="Stopping">True while what runs is being stopped; left out otherwise.</param>
internal sealed record StatusDocument(
    string Environment,
    Uri Url,
    DeployedRelease? Release,
    IReadOnlyList<ServiceState> Services,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StandbyRelease? Standby,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Stopping);

internal sealed record StandbyRelease(ReleaseId Id, IReadOnlyList<ServiceState> Services);

internal sealed record DeployedRelease(ReleaseId Id, string? Commit, DateTimeOffset? DeployedAt, string? DeployedBy, bool Verified);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext
{
    public static StatusJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
