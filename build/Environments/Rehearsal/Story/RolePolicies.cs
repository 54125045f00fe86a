using System.Text.Json;
using Amazon.Runtime;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Aws;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>What the roles of the environment may do, by role: actions, as their policies name them.</summary>
internal static class RolePolicies
{
    private static readonly string[] Roles = ["deployer", .. AwsNames.Profiles];

    /// <summary>https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> ReadAsync(Uri endpoint, TimeProvider time, CancellationToken cancellation)
    {
        var connection = new AwsConnection(EmulatedAws.Region, new BasicAWSCredentials(RehearsalCaller.Administrator.Name, "rehearsal"), endpoint);
        using var iam = new AwsQueryProtocol(new AwsTransport(connection, "iam", time), endpoint, "2010-05-08");
        var allowed = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var role in Roles.Select(static role => $"vectordb-rehearsal-{role}"))
        {
            var documents = (await InlineAsync(iam, role, cancellation)).Concat(await AttachedAsync(iam, role, cancellation));
            allowed[role] = documents.SelectMany(Actions).ToHashSet(StringComparer.Ordinal);
        }

        return allowed;
    }

    private static async Task<IReadOnlyList<string>> InlineAsync(AwsQueryProtocol iam, string role, CancellationToken cancellation)
    {
        var documents = new List<string>();
        foreach (var name in (await iam.CallAsync("ListRolePolicies", QueryForm.Empty.With("RoleName", role), cancellation)).Members("PolicyNames").ToList())
        {
            documents.Add((await iam.CallAsync("GetRolePolicy", QueryForm.Empty.With("RoleName", role).With("PolicyName", name.Value), cancellation)).Text("PolicyDocument"));
        }

        return documents;
    }

    private static async Task<IReadOnlyList<string>> AttachedAsync(AwsQueryProtocol iam, string role, CancellationToken cancellation)
    {
        var documents = new List<string>();
        foreach (var policy in (await iam.CallAsync("ListAttachedRolePolicies", QueryForm.Empty.With("RoleName", role), cancellation)).Members("AttachedPolicies").ToList())
        {
            var arn = policy.Text("PolicyArn");
            var version = (await iam.CallAsync("GetPolicy", QueryForm.Empty.With("PolicyArn", arn), cancellation)).Element("Policy")!.Text("DefaultVersionId");
            var answer = await iam.CallAsync("GetPolicyVersion", QueryForm.Empty.With("PolicyArn", arn).With("VersionId", version), cancellation);
            documents.Add(answer.Element("PolicyVersion")!.Text("Document"));
        }

        return documents;
    }

    private static IEnumerable<string> Actions(string document)
    {
        using var policy = JsonDocument.Parse(Uri.UnescapeDataString(document));
        return [.. policy.RootElement.GetProperty("Statement").EnumerateArray().SelectMany(static statement =>
            statement.GetProperty("Action").ValueKind == JsonValueKind.Array
                ? statement.GetProperty("Action").EnumerateArray().Select(static action => action.GetString()!)
                : [statement.GetProperty("Action").GetString()!])];
    }
}
