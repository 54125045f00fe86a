using System.Text;

namespace VectorDb.Build.Aws;

/// <summary>A login to a registry, good for 12 hours.</summary>
/// <param name="ProxyEndpoint">Address of the registry, with its scheme.</param>
/// <param name="ExpiresAt">When the password stops working.</param>
internal sealed record RegistryLogin(Uri ProxyEndpoint, string User, string Password, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the password, for whoever logs it by mistake.</summary>
    public override string ToString() => $"{User}@{ProxyEndpoint.Authority} until {ExpiresAt:O}";
}

/// <summary>One image as the registry knows it.</summary>
/// <param name="Digest"><c>sha256:...</c> of its manifest.</param>
internal sealed record RegistryImage(string Digest);

/// <summary>What the registry's scan says of one image.</summary>
/// <param name="Status"><c>COMPLETE</c>, <c>ACTIVE</c>, <c>IN_PROGRESS</c>, <c>FAILED</c>...</param>
/// <param name="Description">The registry's own words on that.</param>
/// <param name="Findings">How many findings of each severity (<c>CRITICAL</c>, <c>HIGH</c>, ...).</param>
/// <param name="CompletedAt">When it had looked at all of the image; null as long as it has not.</param>
internal sealed record ImageScan(string Status, string? Description, IReadOnlyDictionary<string, int> Findings, DateTimeOffset? CompletedAt = null);

/// <summary>Elastic Container Registry: logins, what is in a repository, and what its scans found.</summary>
internal sealed class EcrClient(AwsJsonProtocol protocol) : IDisposable
{
    /// <summary>Findings in one answer; their counts are those of the image all the same.</summary>
    private const int MostFindings = 1000;

    /// <summary>https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html</summary>
    public async Task<RegistryLogin> LogInAsync(CancellationToken cancellationToken)
    {
        var answer = await protocol.CallAsync<TokenAnswer>("GetAuthorizationToken", new { }, cancellationToken);
        var data = answer.AuthorizationData.Single();
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(data.AuthorizationToken)).Split(':', 2);
        return new RegistryLogin(new Uri(data.ProxyEndpoint), pair[0], pair[1], data.ExpiresAt);
    }

    /// <summary>https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html</summary>
    /// <returns>The image with that tag or digest, or null when the repository holds none.</returns>
    /// <exception cref="AwsException">Among others <c>RepositoryNotFoundException</c>.</exception>
    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        try
        {
            object id = tagOrDigest.StartsWith("sha256:", StringComparison.Ordinal)
                ? new { imageDigest = tagOrDigest }
                : new { imageTag = tagOrDigest };
            var answer = await protocol.CallAsync<ImagesAnswer>(
                "DescribeImages", new { repositoryName = repository, imageIds = new[] { id } }, cancellationToken);
            return answer.ImageDetails.Select(static detail => new RegistryImage(detail.ImageDigest)).FirstOrDefault();
        }
        catch (AwsException error) when (error.Code == "ImageNotFoundException")
        {
            return null;
        }
    }

    /// <summary>
    /// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html, for basic and enhanced scanning alike;
    /// what DescribeImages once told of a scan is empty by now.
    /// </summary>
    /// <param name="repository">Name of the repository.</param>
    /// <param name="digest">Of an image: an index of images has no scan of its own.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <returns>Null as long as no scan of the image has begun.</returns>
    /// <exception cref="AwsException">Among others <c>RepositoryNotFoundException</c>.</exception>
    public async Task<ImageScan?> FindScanAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await protocol.CallAsync<ScanAnswer>(
                "DescribeImageScanFindings", new { repositoryName = repository, imageId = new { imageDigest = digest }, maxResults = MostFindings }, cancellationToken);
            return answer.ImageScanStatus?.Status is { } status
                ? new ImageScan(
                    status, answer.ImageScanStatus.Description, answer.ImageScanFindings?.FindingSeverityCounts ?? new Dictionary<string, int>(StringComparer.Ordinal),
                    answer.ImageScanFindings?.ImageScanCompletedAt)
                : null;
        }
        catch (AwsException error) when (error.Code is "ScanNotFoundException" or "ImageNotFoundException")
        {
            return null;
        }
    }

    /// <summary>
    /// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html, which takes one a day for each image. Nothing
    /// happens where somebody else has begun it since.
    /// </summary>
    /// <exception cref="AwsException">Among others <c>RepositoryNotFoundException</c>.</exception>
    public async Task StartScanAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        try
        {
            await protocol.CallAsync<ScanAnswer>("StartImageScan", new { repositoryName = repository, imageId = new { imageDigest = digest } }, cancellationToken);
        }
        catch (AwsException error) when (error.Code == "LimitExceededException")
        {
        }
    }

    public void Dispose() => protocol.Dispose();

    private sealed record TokenAnswer(IReadOnlyList<AuthorizationData> AuthorizationData);

    private sealed record AuthorizationData(string AuthorizationToken, DateTimeOffset ExpiresAt, string ProxyEndpoint);

    private sealed record ImagesAnswer(IReadOnlyList<ImageDetail> ImageDetails);

    private sealed record ImageDetail(string ImageDigest);

    private sealed record ScanAnswer(ScanStatus? ImageScanStatus, ScanFindings? ImageScanFindings);

    private sealed record ScanStatus(string? Status, string? Description);

    private sealed record ScanFindings(IReadOnlyDictionary<string, int>? FindingSeverityCounts, DateTimeOffset? ImageScanCompletedAt);
}
