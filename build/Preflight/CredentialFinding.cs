using Amazon.Runtime;
using VectorDb.Build.Aws;

namespace VectorDb.Build.Preflight;

/// <summary>Credentials that are missing, have run out or may not do what a deploy does.</summary>
internal static class CredentialFinding
{
    private const string Fix = "aws sso login --profile <profile> && export AWS_PROFILE=<profile>   (in a pipeline: the step that takes the deployer's role)";

    /// <summary>A package that the SDK wants for profiles of <c>aws login</c>, and that the build does not have.</summary>
    private const string LoginPackage = "AWSSDK.Signin";

    /// <returns>Null for a failure of another kind.</returns>
    public static Finding? Of(Exception failure, string environment)
    {
        var (code, message) = failure switch
        {
            AwsException own => (own.Code, own.Message),
            AmazonServiceException sdk => (sdk.ErrorCode ?? "", sdk.Message),
            AmazonClientException none => ("NoCredentials", none.Message),
            _ => ("", ""),
        };
        return code switch
        {
            "ExpiredToken" or "ExpiredTokenException" or "RequestExpired" =>
                new Finding("credentials-expired", $"The credentials have expired ({message})", "Every call to AWS is refused.", Fix),
            "NoCredentials" when message.Contains(LoginPackage, StringComparison.Ordinal) => new Finding(
                "credentials", "The profile is one of aws login, which the build cannot read", "Every call to AWS is refused.",
                "eval \"$(aws configure export-credentials --format env)\" && unset AWS_PROFILE   (again when they run out)"),
            "NoCredentials" or "UnrecognizedClientException" or "InvalidClientTokenId" or "SignatureDoesNotMatch" or "AuthFailure" =>
                new Finding("credentials", $"There are no credentials that AWS takes ({message})", "Every call to AWS is refused.", Fix),
            "AccessDenied" or "AccessDeniedException" or "Forbidden" or "UnauthorizedOperation" => new Finding(
                "permission", message, $"A deploy to {environment} needs what the role vectordb-{environment}-deployer may do.",
                $"take that role, by a profile that renews it: aws configure set role_arn arn:aws:iam::<account>:role/vectordb-{environment}-deployer --profile deployer "
                + "&& aws configure set source_profile <profile> --profile deployer && export AWS_PROFILE=deployer"),
            _ => null,
        };
    }
}
