namespace VectorDb.Dashboard.Access;

/// <summary>No key opens the dashboard.</summary>
internal sealed class NoKeys : IAdminKeys
{
    public Task<AdminKey?> VerifyAsync(string secret, CancellationToken cancellationToken) => Task.FromResult<AdminKey?>(null);

    public Task<bool> IsStillValidAsync(string id, CancellationToken cancellationToken) => Task.FromResult(false);
}
