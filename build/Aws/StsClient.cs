namespace VectorDb.Build.Aws;

/// <param name="Account">12 digits.</param>
/// <param name="Arn">Of the user or of the session of a role.</param>
internal sealed record CallerIdentity(string Account, string Arn);

/// <summary>Temporary credentials.</summary>
internal sealed record RoleSession(string AccessKeyId, string SecretAccessKey, string SessionToken)
{
    /// <summary>Without the secrets, for whoever logs it by mistake.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>Security Token Service: who calls, and as whom.</summary>
internal sealed class StsClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <summary>https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html</summary>
    public async Task<CallerIdentity> CallerAsync(CancellationToken cancellationToken)
    {
        var answer = await protocol.CallAsync("GetCallerIdentity", QueryForm.Empty, cancellationToken);
        return new CallerIdentity(answer.Text("Account"), answer.Text("Arn"));
    }

    /// <summary>https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html</summary>
    public async Task<RoleSession> AssumeRoleAsync(string role, string session, CancellationToken cancellationToken)
    {
        var answer = await protocol.CallAsync("AssumeRole", QueryForm.Empty.With("RoleArn", role).With("RoleSessionName", session), cancellationToken);
        var credentials = answer.Element("Credentials") ?? throw new FormatException("the answer holds no credentials");
        return new RoleSession(credentials.Text("AccessKeyId"), credentials.Text("SecretAccessKey"), credentials.Text("SessionToken"));
    }

    public void Dispose() => protocol.Dispose();
}
