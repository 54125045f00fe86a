using Polly;
using Polly.Retry;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Images;

/// <summary>Stops a release whose images have known holes.</summary>
/// <param name="registry">Scans what is pushed.</param>
/// <param name="threshold">The mildest severity that stops: <c>CRITICAL</c>, <c>HIGH</c>, <c>MEDIUM</c> or <c>LOW</c>.</param>
/// <param name="time">Clock of the wait for a scan.</param>
internal sealed class ScanGate(IImageRegistry registry, string threshold, TimeProvider time)
{
    private static readonly string[] Severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private const int Looks = 60;

    /// <param name="images">Tag or digest by repository.</param>
    /// <exception cref="ScanFindingsException">An image has findings at or above the threshold.</exception>
    public async Task CheckAsync(IReadOnlyDictionary<string, string> images, CancellationToken cancellation)
    {
        var stopping = Severities[..(Array.IndexOf(Severities, threshold) + 1)];
        var scanned = await Task.WhenAll(images.Select(async image => (image.Key, image.Value, Found: await ScannedAsync(image.Key, image.Value, cancellation))));
        var findings = scanned
            .SelectMany(pair => stopping.Select(severity => (Repository: pair.Key, Name: pair.Value, severity, Count: pair.Found?.Findings.GetValueOrDefault(severity) ?? 0)))
            .Where(static finding => finding.Count > 0)
            .Select(static finding => $"{finding.Repository}{(finding.Name.Contains(':') ? '@' : ':')}{finding.Name}: {finding.Count} {finding.severity}")
            .ToList();
        if (findings.Count > 0)
        {
            throw new ScanFindingsException(threshold, findings);
        }
    }

    private async Task<RegistryImage?> ScannedAsync(string repository, string name, CancellationToken cancellation) =>
        await new ResiliencePipelineBuilder<RegistryImage?> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<RegistryImage?>
            {
                MaxRetryAttempts = Looks,
                Delay = Pause,
                ShouldHandle = new PredicateBuilder<RegistryImage?>().HandleResult(static found => found?.ScanStatus is "IN_PROGRESS" or "PENDING"),
            })
            .Build()
            .ExecuteAsync(async token => await registry.FindAsync(repository, name, token), cancellation);
}

internal sealed class ScanFindingsException(string threshold, IReadOnlyList<string> findings) : Exception(
    $"The registry's scan found {threshold} or worse in: {string.Join("; ", findings)}. "
    + "Update the base image or the package, or raise the threshold knowingly.");
