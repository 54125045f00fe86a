using System.Net;

namespace VectorDb.Api.Tests;

public sealed class HealthTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/health/deep")]
    [InlineData("/api/v1/health")]
    [InlineData("/api/v1/health/deep")]
    public async Task A_probe_may_ask_for_the_head_alone(string path)
    {
        var head = await api.WellAsync(HttpMethod.Head, path);

        Assert.Equal(HttpStatusCode.OK, head.Status);
        Assert.Equal("application/json", head.ContentType);
        Assert.Empty(head.Body);
        (await api.PostAsync(path)).Problem(HttpStatusCode.MethodNotAllowed);
    }
}
