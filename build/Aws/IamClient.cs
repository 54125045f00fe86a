namespace VectorDb.Build.Aws;

/// <summary>Identity and Access Management: the roles that services of AWS have in an account.</summary>
internal sealed class IamClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html</summary>
    /// <param name="service">For example <c>rds.amazonaws.com</c>.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async Task<bool> HasServiceLinkedRoleAsync(string service, CancellationToken cancellationToken) =>
        (await protocol.CallAsync("ListRoles", QueryForm.Empty.With("PathPrefix", $"/aws-service-role/{service}/"), cancellationToken)).Members("Roles").Any();

    /// <summary>https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html</summary>
    /// <param name="service">For example <c>rds.amazonaws.com</c>.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public Task CreateServiceLinkedRoleAsync(string service, CancellationToken cancellationToken) =>
        protocol.CallAsync("CreateServiceLinkedRole", QueryForm.Empty.With("AWSServiceName", service), cancellationToken);

    public void Dispose() => protocol.Dispose();
}
