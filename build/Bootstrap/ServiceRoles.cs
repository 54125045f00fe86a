using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Bootstrap;

/// <summary>
/// The roles by which services of AWS act in an account. A service makes its own with its first resource, but then that very resource
/// may fail because the role is not there yet, and Terraform does not try again.
/// </summary>
internal static class ServiceRoles
{
    private static readonly string[] Services =
        ["autoscaling.amazonaws.com", "backup.amazonaws.com", "elasticache.amazonaws.com", "elasticloadbalancing.amazonaws.com", "rds.amazonaws.com"];

    /// <returns>The services whose role was made.</returns>
    public static async Task<IReadOnlyList<string>> EnsureAsync(AwsAccount account, CancellationToken cancellation)
    {
        List<string> made = [];
        foreach (var service in Services)
        {
            if (!await account.Services.Iam.HasServiceLinkedRoleAsync(service, cancellation))
            {
                await account.Services.Iam.CreateServiceLinkedRoleAsync(service, cancellation);
                made.Add(service);
            }
        }

        return made;
    }
}
