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
/// <param name="ScanStatus"><c>COMPLETE</c>, <c>IN_PROGRESS</c>, <c>FAILED</c>..., or null where it is not scanned.</param>
/// <param name="Findings">How many findings of each severity (<c>CRITICAL</c>, <c>HIGH</c>, ...).</param>
internal sealed record RegistryImage(
    string Digest, IReadOnlyList<string> Tags, long SizeInBytes, string? ScanStatus, IReadOnlyDictionary<string, int> Findings);

/// <summary>Elastic Container Registry: logins and what is in a repository.</summary>
internal sealed class EcrClient(AwsJsonProtocol protocol) : IDisposable
{
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
            return answer.ImageDetails.Select(static detail => detail.ToImage()).FirstOrDefault();
        }
        catch (AwsException error) when (error.Code == "ImageNotFoundException")
        {
            return null;
        }
    }

    public void Dispose() => protocol.Dispose();

    private sealed record TokenAnswer(IReadOnlyList<AuthorizationData> AuthorizationData);

    private sealed record AuthorizationData(string AuthorizationToken, DateTimeOffset ExpiresAt, string ProxyEndpoint);

    private sealed record ImagesAnswer(IReadOnlyList<ImageDetail> ImageDetails);

    private sealed record ScanStatus(string? Status);

    private sealed record ScanSummary(IReadOnlyDictionary<string, int>? FindingSeverityCounts);

    private sealed record ImageDetail(
        string ImageDigest, IReadOnlyList<string>? ImageTags, long ImageSizeInBytes, ScanStatus? ImageScanStatus, ScanSummary? ImageScanFindingsSummary)
    {
        public RegistryImage ToImage() => new(
            ImageDigest,
            ImageTags ?? [],
            ImageSizeInBytes,
            ImageScanStatus?.Status,
            ImageScanFindingsSummary?.FindingSeverityCounts ?? new Dictionary<string, int>(StringComparer.Ordinal));
    }
}
