using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Releases;
using VectorDb.Build.Rendering;

namespace VectorDb.Build.Tests.Rendering;

public sealed class ReleaseRenderingTests
{
    private static readonly Dictionary<string, string> File = new()
    {
        ["VECTORDB_REGION"] = "eu-central-1",
        ["VECTORDB_ACCOUNT"] = "123456789012",
        ["VECTORDB_DOMAIN_NAME"] = "api.example.org",
        ["VECTORDB_IMAGE_ID"] = "ami-0123456789abcdef0",
        ["VECTORDB_COMPOSE_SHA256"] = new string('a', 64),
        ["VECTORDB_CA_BUNDLE_SHA256"] = new string('d', 64),
    };

    private static readonly Dictionary<string, string> Images = new[] { "app", "worker", "dashboard", "nginx" }
        .ToDictionary(name => $"vectordb-api/{name}", _ => $"sha256:{new string('b', 64)}");

    [Fact]
    public void Settings_and_digests_become_the_model_that_every_template_can_render()
    {
        var model = ModelOf(File, Images);
        Assert.Equal("123456789012.dkr.ecr.eu-central-1.amazonaws.com", model.Registry);
        var files = SampleRelease.Templates.Render(model);
        Assert.Contains("SECRETS=(openai-api-key redis-password api-keys )", files.Text("bundle/settings-web.sh"), StringComparison.Ordinal);
        Assert.Contains("SECRETS=(openai-api-key redis-password )", files.Text("bundle/settings-worker.sh"), StringComparison.Ordinal);
        Assert.Contains("VECTORDB_EMBEDDER\": \"openai\"", files.Text("bundle/docker-compose.prod.yml"));
        Assert.Contains("set_real_ip_from 10.40.0.0/16;", files.Text("bundle/nginx-environment.conf"));
    }

    [Fact]
    public void The_hashing_embedder_needs_no_key()
    {
        var files = SampleRelease.Templates.Render(ModelOf(new(File) { ["VECTORDB_EMBEDDER"] = "hashing" }, Images));
        Assert.Contains("SECRETS=(redis-password )", files.Text("bundle/settings-worker.sh"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_digest_is_an_error_that_names_the_repository() =>
        Assert.Contains("vectordb-api/app", Assert.Throws<RenderingException>(() => ModelOf(File, [])).Message);

    private static ReleaseModel ModelOf(Dictionary<string, string> file, Dictionary<string, string> images) => ReleaseRendering.ModelOf(
        "production", ReleaseId.From(ContentHash.OfText("x")), "none", EnvironmentSettings.Load("production", new Dictionary<string, string>(), file, new Dictionary<string, string>()), images);
}
