using System.Net;

namespace VectorDb.Api.Tests;

public sealed class CollectionTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_new_collection_is_201_with_its_settings_and_then_found()
    {
        var name = "made" + Guid.NewGuid().ToString("N");

        var made = await api.PostAsync("/api/v1/collections", $$"""{"name":"{{name}}","dimension":3,"metric":"euclidean"}""");
        var found = await api.GetAsync($"/api/v1/collections/{name}");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal($"/api/v1/collections/{name}", made.Headers.Location?.ToString());
        Assert.Equal($$"""{"name":"{{name}}","dimension":3,"metric":"euclidean","count":0}""", made.Body);
        Assert.Equal(made.Body, found.Body);
    }

    [Fact]
    public async Task The_same_settings_again_are_200_and_others_409()
    {
        var name = await api.CollectionAsync(3, "dot");

        var same = await api.PostAsync("/api/v1/collections", $$"""{"name":"{{name}}","dimension":3,"metric":"dot"}""");
        var other = await api.PostAsync("/api/v1/collections", $$"""{"name":"{{name}}","dimension":4,"metric":"dot"}""");

        Assert.Equal(HttpStatusCode.OK, same.Status);
        Assert.Contains("exists with dimension 3 and metric dot;", other.Problem(HttpStatusCode.Conflict).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Without_a_dimension_it_takes_the_embedders_and_without_a_metric_cosine()
    {
        var made = await api.PostAsync("/api/v1/collections", $$"""{"name":"d{{Guid.NewGuid():N}}"}""");

        Assert.Equal(64, made.Json.GetProperty("dimension").GetInt32());
        Assert.Equal("cosine", made.Json.GetProperty("metric").GetString());
    }

    [Theory]
    [InlineData("""{"name":"x","metric":"manhattan"}""", "metric: has a value that is not taken here; /docs lists those that are")]
    [InlineData("""{"name":"x","colour":"red"}""", "colour: is not a property of this request")]
    [InlineData("""{"dimension":3}""", "body: lacks 'name'.")]
    [InlineData("""{"name":null}""", "name: must not be null")]
    public async Task What_is_wrong_is_said_without_the_names_of_types(string body, string detail) => Assert.Equal(
        detail, (await api.PostAsync("/api/v1/collections", body)).Problem(HttpStatusCode.BadRequest).GetProperty("detail").GetString());

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"../../etc/passwd"}""", "name")]
    [InlineData("""{"name":"a b"}""", "name")]
    [InlineData("""{"name":"überall"}""", "name")]
    [InlineData("""{"name":"12345678901234567890123456789012345678901234567890123456789012345"}""", "name")]
    [InlineData("""{"name":"x","dimension":0}""", "dimension")]
    [InlineData("""{"name":"x","dimension":1000000}""", "dimension")]
    [InlineData("""{"name":"x","dimension":"3"}""", "dimension")]
    [InlineData("""{"name":"x","metric":"manhattan"}""", "metric")]
    [InlineData("""{"name":"x","metric":1}""", "metric")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":"x","colour":"red"}""", "colour")]
    [InlineData("""{"dimension":3}""", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    public async Task A_collection_that_cannot_be_is_400_and_names_the_field(string body, string field) =>
        (await api.PostAsync("/api/v1/collections", body)).Invalid(field);

    [Fact]
    public async Task The_list_has_pages_that_together_hold_every_collection_once()
    {
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Add(await api.CollectionAsync());
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await api.GetAsync("/api/v1/collections?limit=2" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"))).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("name").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Subset(seen.ToHashSet(), names.ToHashSet());
        Assert.Equal(seen.Distinct(), seen);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=many")]
    [InlineData("limit=-1")]
    public async Task A_limit_that_is_none_is_400(string query) => (await api.GetAsync("/api/v1/collections?" + query)).Invalid("limit");

    [Fact]
    public async Task A_deleted_collection_is_gone()
    {
        var name = await api.CollectionAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/api/v1/collections/{name}")).Status);
        (await api.GetAsync($"/api/v1/collections/{name}")).Problem(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/v1/collections/{name}")).Problem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/api/v1/collections/none")]
    [InlineData("/api/v1/collections/none/records")]
    [InlineData("/api/v1/collections/none/records/1")]
    [InlineData("/api/v1/collections/..%2f..%2fetc")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_not_there_is_404(string path) => (await api.GetAsync(path)).Problem(HttpStatusCode.NotFound);

    [Fact]
    public async Task A_method_that_is_not_possible_is_405_and_lists_those_that_are()
    {
        var answer = await api.SendAsync(HttpMethod.Patch, "/api/v1/collections", "{}");

        answer.Problem(HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["GET", "POST"], answer.Allow.Order(StringComparer.Ordinal));
    }
}
