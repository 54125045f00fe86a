using System.Net;
using System.Text.RegularExpressions;

namespace VectorDb.Api.Tests;

public sealed partial class DocumentationTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task The_OpenAPI_document_is_as_reviewed()
    {
        var answer = await api.GetAsync("/openapi/v1.json");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Snapshots.Match(answer.Body);
    }

    [Fact]
    public async Task The_reference_page_loads_nothing_from_elsewhere()
    {
        var page = await api.GetAsync("/docs/");

        Assert.Equal("text/html", page.ContentType);
        Assert.DoesNotMatch(Elsewhere(), page.Body);
        foreach (Match source in Source().Matches(page.Body))
        {
            var path = new Uri(new Uri(api.Http.BaseAddress!, "/docs/"), source.Groups[1].Value).PathAndQuery;
            Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(path)).Status);
        }
    }

    [GeneratedRegex("""(src|href)="(https?:)?//""")]
    private static partial Regex Elsewhere();

    [GeneratedRegex("""<script[^>]* src="([^"]+)""")]
    private static partial Regex Source();
}
