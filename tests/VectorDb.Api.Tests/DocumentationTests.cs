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
    public async Task Every_call_has_a_name_of_its_own_and_lists_what_any_call_may_answer()
    {
        var paths = (await api.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject().ToList();
        var calls = paths.SelectMany(static path => path.Value.EnumerateObject(), static (path, call) => (Path: path.Name, Call: call.Value)).ToList();
        var names = calls.ConvertAll(static call => call.Call.GetProperty("operationId").GetString());

        Assert.Superset(
            new HashSet<string> { "/health", "/health/deep", "/api/v1/health", "/api/v1/health/deep", "/metrics" },
            paths.Select(static path => path.Name).ToHashSet());
        Assert.DoesNotContain(null, names);
        Assert.Equal(names.Distinct(), names);
        foreach (var (path, call) in calls.Where(static call => !call.Path.Contains("/health", StringComparison.Ordinal)))
        {
            var answers = call.GetProperty("responses").EnumerateObject().Select(static answer => answer.Name).ToHashSet();
            Assert.True(answers.IsSupersetOf(["400", "401", "403", "429", "500", "504"]), path);
        }
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
