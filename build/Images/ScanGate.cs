using Polly;
using Polly.Retry;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Images;

/// <summary>Stops a release whose images have known holes, or of whose images nobody knows. What was known a week ago is asked for anew.</summary>
/// <param name="registry">Scans what is pushed.</param>
/// <param name="threshold">The mildest severity that stops: <c>CRITICAL</c>, <c>HIGH</c>, <c>MEDIUM</c> or <c>LOW</c>; or <see cref="None"/>.</param>
/// <param name="time">Clock of the wait for a scan, and of its age.</param>
internal sealed class ScanGate(IImageRegistry registry, string threshold, TimeProvider time)
{
    /// <summary>In place of a severity: no scan is asked for.</summary>
    public const string None = "NONE";

    private const int Looks = 60;

    private static readonly string[] Severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>An image that does not change is pushed once, and so scanned once by itself, while what is known of its base grows.</summary>
    private static readonly TimeSpan Good = TimeSpan.FromDays(7);

    /// <summary>Those of a scan that is done, or that goes on as long as the image lives: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html</summary>
    private static readonly string[] Scanned = ["COMPLETE", "ACTIVE"];

    /// <param name="images">Digest by repository.</param>
    /// <exception cref="ScanException">An image has findings at or above the threshold, or was not scanned.</exception>
    public async Task CheckAsync(IReadOnlyDictionary<string, string> images, CancellationToken cancellation)
    {
        if (threshold == None)
        {
            return;
        }

        var known = await Task.WhenAll(images.Select(async image => (
            Name: $"{image.Key}@{image.Value}",
            Scan: await ScanAsync(image.Key, image.Value, cancellation))));
        var unknown = known.Where(image => !Scanned.Contains(image.Scan?.Status) || IsOld(image.Scan)).Select(image => $"{image.Name} ({Told(image.Scan)})").ToList();
        if (unknown.Count > 0)
        {
            throw new ScanException(
                $"The registry has not scanned {string.Join(", ", unknown)}. Have it scanned (aws ecr start-image-scan) and run the command again, or release without: VECTORDB_SCAN_THRESHOLD={None}");
        }

        var stopping = Severities[..(Array.IndexOf(Severities, threshold) + 1)];
        var findings = known
            .SelectMany(image => stopping.Select(severity => (image.Name, Severity: severity, Count: image.Scan!.Findings.GetValueOrDefault(severity))))
            .Where(static finding => finding.Count > 0)
            .Select(static finding => $"{finding.Name}: {finding.Count} {finding.Severity}")
            .ToList();
        if (findings.Count > 0)
        {
            throw new ScanException(
                $"The registry's scan found {threshold} or worse in: {string.Join("; ", findings)}. "
                + $"Where they come from the base image, name a newer one by its digest (<name>@sha256:...): {SettingsCatalogue.NginxImage.Name} for the proxy, {SettingsCatalogue.RuntimeImage.Name} for the services; "
                + "one that was patched under its old name is not taken, because nothing that the image is known by has changed. "
                + $"Else update the package, or raise {SettingsCatalogue.ScanThreshold.Name} knowingly.");
        }
    }

    private async Task<ImageScan?> ScanAsync(string repository, string digest, CancellationToken cancellation)
    {
        var scan = await WaitAsync(DateTimeOffset.MinValue);
        if (!IsOld(scan))
        {
            return scan;
        }

        await registry.StartScanAsync(repository, digest, cancellation);
        return await WaitAsync(scan!.CompletedAt!.Value);

        async Task<ImageScan?> WaitAsync(DateTimeOffset since) =>
            await Patience(since).ExecuteAsync(async token => await registry.FindScanAsync(repository, digest, token), cancellation);
    }

    /// <summary>One that goes on as long as the image lives is never old.</summary>
    private bool IsOld(ImageScan? scan) => scan is { Status: "COMPLETE", CompletedAt: { } at } && time.GetUtcNow() - at > Good;

    /// <param name="since">When the scan was completed that is not waited for.</param>
    private ResiliencePipeline<ImageScan?> Patience(DateTimeOffset since) => new ResiliencePipelineBuilder<ImageScan?> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<ImageScan?>
        {
            MaxRetryAttempts = Looks,
            Delay = Pause,
            ShouldHandle = new PredicateBuilder<ImageScan?>().HandleResult(scan => scan?.Status is null or "IN_PROGRESS" or "PENDING" || scan.CompletedAt <= since),
        })
        .Build();

    private string Told(ImageScan? scan) => scan switch
    {
        null => "no scan",
        _ when IsOld(scan) => FormattableString.Invariant($"last on {scan.CompletedAt:yyyy-MM-dd}, and not since it was asked for now"),
        { Description: { Length: > 0 } words } => $"{scan.Status}: {words}",
        _ => scan.Status,
    };
}

internal sealed class ScanException(string message) : Exception(message);
