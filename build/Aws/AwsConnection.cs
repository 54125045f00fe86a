using Amazon;
using Amazon.Runtime;

namespace VectorDb.Build.Aws;

/// <summary>Where AWS is, and as whom it is called.</summary>
/// <param name="Region">For example <c>eu-central-1</c>.</param>
/// <param name="Credentials">Resolved by the SDK's own chain; temporary ones renew themselves.</param>
/// <param name="Endpoint">One address for every service (an emulator), or null for AWS itself.</param>
internal sealed record AwsConnection(string Region, AWSCredentials Credentials, Uri? Endpoint = null)
{
    public Uri EndpointOf(string hostPrefix) =>
        Endpoint ?? new Uri($"https://{hostPrefix}.{Region}.{RegionEndpoint.GetBySystemName(Region).PartitionDnsSuffix}/");
}
