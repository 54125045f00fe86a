using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Rendering;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Rollout;

/// <summary>Brings what one environment has proved into another: the same digests, never a rebuild.</summary>
public sealed class Promotion
{
    private readonly ProvedImages _images;
    private readonly ReleaseRendering _rendering;
    private readonly ReleaseInfrastructure _infrastructure;
    private readonly Deployment _deployment;
    private readonly StepJournal _journal;

    internal Promotion(ProvedImages images, ReleaseRendering rendering, ReleaseInfrastructure infrastructure, Deployment deployment, StepJournal journal) =>
        (_images, _rendering, _infrastructure, _deployment, _journal) = (images, rendering, infrastructure, deployment, journal);

    /// <summary>What a promotion would apply; nothing is copied or changed.</summary>
    /// <param name="from">The environment that has proved it.</param>
    public Task PlanAsync(string from, CancellationToken cancellationToken) => PlanAsync(from, copy: false, cancellationToken);

    /// <param name="from">The environment that has proved it.</param>
    /// <param name="approved">The plan's hash; null asks.</param>
    public async Task RunAsync(string from, string? approved, CancellationToken cancellationToken)
    {
        await PlanAsync(from, copy: true, cancellationToken);
        await _infrastructure.ApplyAsync(approved, "Promote", cancellationToken);
        await _deployment.RunAsync(cancellationToken);
    }

    private async Task PlanAsync(string from, bool copy, CancellationToken cancellationToken)
    {
        await _journal.RunAsync("Images", () => _images.TakeAsync(from, copy, cancellationToken));
        await _rendering.RunAsync(cancellationToken);
        await _infrastructure.PlanAsync(cancellationToken);
    }
}
