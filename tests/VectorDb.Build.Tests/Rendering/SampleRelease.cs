using VectorDb.Build.Rendering;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Tests.Rendering;

/// <summary>A release as each environment would render it.</summary>
internal static class SampleRelease
{
    private static readonly string Digest = new('a', 64);

    public static ReleaseTemplates Templates { get; } = new(Repository.Root);

    public static ReleaseModel For(string environment) => new()
    {
        Environment = environment,
        Release = "0123456789ab",
        Commit = new string('c', 40),
        Region = "eu-central-1",
        Account = "123456789012",
        AwsEndpoint = environment == "rehearsal" ? "http://172.17.0.1:5566" : null,
        Registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        Bucket = $"vectordb-{environment}-releases-123456789012",
        Images = new ReleaseImageReferences(Image("app"), Image("worker"), Image("dashboard"), Image("nginx")),
        Compose = new ComposePlugin("2.39.4", new string('b', 64)),
        Authorities = new CertificateAuthorities(new string('d', 64)),
        Settings = new Dictionary<string, string> { ["VECTORDB_EMBEDDER"] = "openai", ["VECTORDB_OPENAI_MODEL"] = "text-embedding-3-small" },
        Secrets = SecretCatalogue.All,
        BalancerNetworks = ["10.40.0.0/16"],
    };

    public static DevelopmentModel Development { get; } = new(
        new Dictionary<string, string>
        {
            ["api"] = "vectordb-api/app:dev",
            ["worker"] = "vectordb-api/worker:dev",
            ["dashboard"] = "vectordb-api/dashboard:dev",
            ["nginx"] = "vectordb-api/nginx:dev",
            ["redis"] = "docker.io/library/redis:7.4",
        },
        8080, new Dictionary<string, string>(), "0123456789ab", "none");

    public static string Text(this IEnumerable<RenderedFile> files, string path) =>
        System.Text.Encoding.UTF8.GetString(files.Single(file => file.Path == path).Content.Span);

    private static ImageReference Image(string name) =>
        new($"123456789012.dkr.ecr.eu-central-1.amazonaws.com/vectordb-api/{name}@sha256:{Digest}");
}
