namespace VectorDb.Build.Aws;

/// <summary>What is known of a secret without reading it.</summary>
/// <param name="VersionIdsToStages">Version ids and their stages (<c>AWSCURRENT</c>, <c>AWSPREVIOUS</c>).</param>
internal sealed record SecretDescription(string Name, string Arn, IReadOnlyDictionary<string, IReadOnlyList<string>>? VersionIdsToStages)
{
    /// <summary>When its value or its settings were last changed.</summary>
    public DateTimeOffset? LastChangedDate { get; init; }

    /// <summary>Id of the version in force, or null for a container that holds no value yet.</summary>
    public string? CurrentVersion => VersionIdsToStages?.FirstOrDefault(static pair => pair.Value.Contains("AWSCURRENT")).Key;
}

/// <summary>Secrets Manager. Values pass through memory only, and never into a message or a log.</summary>
internal sealed class SecretsManagerClient(AwsJsonProtocol protocol) : IDisposable
{
    /// <returns>Null when there is no such secret.</returns>
    public async Task<SecretDescription?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await protocol.CallAsync<SecretDescription>("DescribeSecret", new { SecretId = name }, cancellationToken);
        }
        catch (AwsException error) when (error.Code == "ResourceNotFoundException")
        {
            return null;
        }
    }

    /// <returns>The value in force.</returns>
    public async Task<string> ReadAsync(string name, CancellationToken cancellationToken) =>
        (await protocol.CallAsync<ValueAnswer>("GetSecretValue", new { SecretId = name }, cancellationToken)).SecretString;

    /// <summary>Puts a new value in force; the one before stays readable as <c>AWSPREVIOUS</c>.</summary>
    /// <returns>Id of the version.</returns>
    public async Task<string> PutAsync(string name, string value, CancellationToken cancellationToken) =>
        (await protocol.CallAsync<VersionAnswer>(
            "PutSecretValue",
            new { SecretId = name, SecretString = value, ClientRequestToken = Guid.NewGuid().ToString() },
            cancellationToken)).VersionId;

    public void Dispose() => protocol.Dispose();

    private sealed record ValueAnswer(string SecretString);

    private sealed record VersionAnswer(string VersionId);
}
