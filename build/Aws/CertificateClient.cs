namespace VectorDb.Build.Aws;

/// <param name="Status"><c>ISSUED</c>, <c>PENDING_VALIDATION</c>, <c>EXPIRED</c>, ...</param>
/// <param name="NotAfter">When it expires; null before it is issued.</param>
internal sealed record Certificate(string DomainName, string Status, DateTimeOffset? NotAfter, IReadOnlyList<string> Names)
{
    /// <summary>Whether a browser takes it for this name.</summary>
    public bool Covers(string domain) => Names.Append(DomainName).Any(name =>
        name.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("*.", StringComparison.Ordinal) && domain.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && domain[dot..].Equals(name[1..], StringComparison.OrdinalIgnoreCase)));
}

/// <summary>Certificate Manager, read only.</summary>
internal sealed class CertificateClient(AwsJsonProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html</summary>
    /// <returns>Null when the account and region hold no such certificate.</returns>
    public async Task<Certificate?> FindAsync(string arn, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await protocol.CallAsync<Answer>("DescribeCertificate", new { CertificateArn = arn }, cancellationToken)).Certificate;
            return new Certificate(found.DomainName, found.Status, found.NotAfter, found.SubjectAlternativeNames ?? []);
        }
        catch (AwsException error) when (error.Code is "ResourceNotFoundException" or "InvalidArnException" or "ValidationException")
        {
            return null;
        }
    }

    public void Dispose() => protocol.Dispose();

    private sealed record Answer(Detail Certificate);

    private sealed record Detail(string DomainName, string Status, DateTimeOffset? NotAfter, IReadOnlyList<string>? SubjectAlternativeNames);
}
