using System.Text.Json;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>Who may do what.</summary>
internal static class IdentityRules
{
    private static readonly string[] IdentityPolicies = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"];

    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        PolicyRule.ForEach(
            "wildcard-action",
            "Policies name the actions that they allow.",
            [.. IdentityPolicies, "aws_kms_key", "aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_ecr_repository_policy"],
            static policy => Allows(policy).SelectMany(static statement => Texts(statement, "Action")).FirstOrDefault(static action => action.Contains('*', StringComparison.Ordinal)) is { } action
                ? $"allows {action}"
                : Allows(policy).Any(static statement => statement.TryGetProperty("NotAction", out _)) ? "allows everything but some actions" : null),
        PolicyRule.ForEach(
            "unbounded-pass-role",
            "iam:PassRole names the roles it may pass: else whoever has it has every role.",
            IdentityPolicies,
            static policy => Allows(policy).Any(static statement =>
                Texts(statement, "Action").Contains("iam:PassRole", StringComparer.OrdinalIgnoreCase) && Texts(statement, "Resource").Contains("*", StringComparer.Ordinal))
                ? "passes any role"
                : null),
        PolicyRule.ForEach(
            "public-principal",
            "No resource policy lets everybody in.",
            ["aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_kms_key", "aws_ecr_repository_policy", "aws_iam_role"],
            static policy => Allows(policy).Any(static statement => IsEverybody(statement)) ? "lets everybody in" : null),
        PolicyRule.ForEach(
            "open-federation",
            "A role for GitHub names exact subjects and the audience: a wildcard lets every branch, or every repository of the world, in.",
            ["aws_iam_role"],
            static role => Allows(role).Where(static statement => Texts(statement, "Action").Contains("sts:AssumeRoleWithWebIdentity", StringComparer.Ordinal)).Any(static statement => !IsExact(statement))
                ? "does not name exact subjects and audience"
                : null),
        PolicyRule.ForEach(
            "access-key",
            "Nobody has a key for ever: people and pipelines take roles.",
            ["aws_iam_access_key", "aws_iam_user"],
            static _ => "makes a user or a key that lasts"),
    ];

    private static IEnumerable<JsonElement> Allows(Attributes resource)
    {
        if ((resource.Text("policy") ?? resource.Text("assume_role_policy")) is not { } text)
        {
            return [];
        }

        using var document = JsonDocument.Parse(text);
        var statements = document.RootElement.GetProperty("Statement").Clone();
        return (statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().AsEnumerable() : [statements])
            .Where(static statement => statement.GetProperty("Effect").GetString() == "Allow");
    }

    private static string[] Texts(JsonElement owner, string name) => owner.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Select(static item => item.GetString()!)],
            _ => [],
        }
        : [];

    private static bool IsEverybody(JsonElement statement) =>
        statement.TryGetProperty("Principal", out var principal)
        && (principal.ValueKind == JsonValueKind.String ? principal.GetString() == "*" : Texts(principal, "AWS").Contains("*", StringComparer.Ordinal))
        && !statement.TryGetProperty("Condition", out _);

    private static bool IsExact(JsonElement statement) =>
        statement.TryGetProperty("Condition", out var condition)
        && condition.TryGetProperty("StringEquals", out var equals)
        && equals.EnumerateObject().Any(static claim => claim.Name.EndsWith(":aud", StringComparison.Ordinal))
        && equals.EnumerateObject().Any(claim => claim.Name.EndsWith(":sub", StringComparison.Ordinal) && !Texts(equals, claim.Name).Any(static subject => subject.Contains('*', StringComparison.Ordinal)));
}
