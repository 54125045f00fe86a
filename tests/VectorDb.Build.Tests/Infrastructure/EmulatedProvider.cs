using VectorDb.Build.Environments.Rehearsal;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>
/// Points a copy of the Terraform sources at the emulator, with an override file beside each root. The sources themselves know AWS
/// alone, and what is rehearsed is every line of them.
/// </summary>
internal static class EmulatedProvider
{
    private static readonly string[] Services =
    [
        "acm", "autoscaling", "backup", "budgets", "cloudwatch", "dynamodb", "ec2", "ecr", "elasticache", "elbv2", "iam", "kms", "logs", "rds",
        "route53", "s3", "secretsmanager", "sns", "ssm", "sts", "wafv2",
    ];

    /// <summary>Copies the sources, and overrides the provider of each root.</summary>
    /// <returns>The copied roots by name: <c>foundation</c> and <c>service</c>.</returns>
    public static (string Foundation, string Service) Override(string sources, string copy, Uri endpoint)
    {
        if (Directory.Exists(copy))
        {
            Directory.Delete(copy, recursive: true);
        }

        var files = Directory.EnumerateFiles(sources, "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(static file => !file.Contains("/.terraform/", StringComparison.Ordinal)))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(sources, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var foundation = Path.Combine(copy, "foundation");
        foreach (var root in new[] { copy, foundation })
        {
            File.WriteAllText(Path.Combine(root, "emulator_override.tf"), Text(endpoint));
        }

        return (foundation, copy);
    }

    /// <summary>Where the state is: in a bucket of the emulator, locked as in AWS.</summary>
    public static IReadOnlyDictionary<string, string> Backend(string bucket, string key, Uri endpoint) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bucket"] = bucket,
        ["key"] = key,
        ["region"] = EmulatedAws.Region,
        ["endpoints"] = $$"""{s3="{{Address(endpoint)}}",sts="{{Address(endpoint)}}"}""",
        ["use_path_style"] = "true",
        ["skip_credentials_validation"] = "true",
        ["skip_requesting_account_id"] = "true",
        ["skip_metadata_api_check"] = "true",
    };

    private static string Text(Uri endpoint) => $$"""
        # Written by the rehearsal: the emulator in place of AWS.
        provider "aws" {
          max_retries             = 4
          skip_metadata_api_check = true
          s3_use_path_style       = true

          endpoints {
        {{string.Join('\n', Services.Select(service => $"    {service} = \"{Address(endpoint)}\""))}}
          }
        }

        """;

    private static string Address(Uri endpoint) => endpoint.AbsoluteUri.TrimEnd('/');
}
