namespace VectorDb.Build.Environments.Aws;

/// <summary>What an environment's things in AWS are called. Terraform and the instances' scripts call them the same.</summary>
internal static class AwsNames
{
    public const string Web = "web";

    public const string Worker = "worker";

    /// <summary>Of bundles and pinned files in the release bucket.</summary>
    public const string BundlePrefix = "bundles/";

    /// <summary>Kinds of instances, each with a group and a launch template of its own.</summary>
    public static IReadOnlyList<string> Profiles { get; } = [Web, Worker];

    public static string ReleaseBucket(string environment, string account) => $"vectordb-{environment}-releases-{account}";

    public static string Group(string environment, string profile) => $"vectordb-{environment}-{profile}";

    public static string Secret(string environment, string name) => $"vectordb/{environment}/{name}";

    /// <param name="log">Of a service, or of <see cref="BootLog"/>.</param>
    public static string LogGroup(string environment, string log) => $"/vectordb/{environment}/{log}";

    /// <summary>What an instance says of its start, and of settings that it takes over.</summary>
    public static string BootLog(string profile) => $"{profile}-bootstrap";

    /// <param name="sha256">64 hexadecimal digits.</param>
    public static string BundleKey(string sha256) => $"{BundlePrefix}{sha256}.tar";
}
