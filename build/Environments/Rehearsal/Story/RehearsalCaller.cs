using Amazon.Runtime;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>Somebody with credentials that mean nothing outside the emulator, in place of whatever the caller of the rehearsal has.</summary>
/// <param name="Name">As the emulator records the caller.</param>
internal sealed record RehearsalCaller(string Name, IReadOnlyDictionary<string, string?> Variables)
{
    private const string Secret = "rehearsal";

    /// <summary>Who may do everything, as the one who bootstraps an account.</summary>
    public static RehearsalCaller Administrator { get; } = Named("administrator");

    /// <summary>Who has taken no role.</summary>
    public static RehearsalCaller Named(string name) => new(name, Of(name, Secret, null));

    /// <summary>Takes a role, as a pipeline does.</summary>
    public static async Task<RehearsalCaller> AssumeAsync(string role, Uri endpoint, TimeProvider time, CancellationToken cancellation)
    {
        using var services = ServicesOf(endpoint, time);
        var session = await services.Sts.AssumeRoleAsync($"arn:aws:iam::{EmulatedAws.Account}:role/{role}", "rehearsal", cancellation);
        return new RehearsalCaller(role, Of(session.AccessKeyId, session.SecretAccessKey, session.SessionToken));
    }

    /// <summary>The emulated services, called as the administrator.</summary>
    public static AwsServices ServicesOf(Uri endpoint, TimeProvider time) =>
        new(new AwsConnection(EmulatedAws.Region, new BasicAWSCredentials(Administrator.Name, Secret), endpoint), time);

    private static Dictionary<string, string?> Of(string key, string secret, string? token) => new(StringComparer.Ordinal)
    {
        ["AWS_ACCESS_KEY_ID"] = key,
        ["AWS_SECRET_ACCESS_KEY"] = secret,
        ["AWS_SESSION_TOKEN"] = token,
        ["AWS_PROFILE"] = null,
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };
}
