namespace VectorDb.Dashboard.Access;

/// <summary>API keys that may look into the dashboard.</summary>
internal interface IAdminKeys
{
    /// <returns>The key, when it is a valid one with the scope <c>admin</c>; else null.</returns>
    Task<AdminKey?> VerifyAsync(string secret, CancellationToken cancellationToken);

    /// <summary>Whether the key of a session has not been revoked since.</summary>
    Task<bool> IsStillValidAsync(string id, CancellationToken cancellationToken);
}

internal sealed record AdminKey(string Id, string Name);
