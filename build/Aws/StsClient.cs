namespace VectorDb.Build.Aws;

/// <param name="Account">12 digits.</param>
/// <param name="Arn">Of the user or of the session of a role.</param>
internal sealed record CallerIdentity(string Account, string Arn);

/// <summary>Security Token Service: who calls.</summary>
internal sealed class StsClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html</summary>
    public async Task<CallerIdentity> CallerAsync(CancellationToken cancellationToken)
    {
        var answer = await protocol.CallAsync("GetCallerIdentity", QueryForm.Empty, cancellationToken);
        return new CallerIdentity(answer.Text("Account"), answer.Text("Arn"));
    }

    public void Dispose() => protocol.Dispose();
}
