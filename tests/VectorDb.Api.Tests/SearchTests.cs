using System.Net;

namespace VectorDb.Api.Tests;

public sealed class SearchTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Vectors_whose_distance_is_no_number_are_refused()
    {
        var path = $"/api/v1/collections/{await api.CollectionAsync(1, "euclidean")}";

        (await api.PutAsync(path + "/records", """{"records":[{"id":"a","vector":[3.1e16]}]}""")).Invalid("records[0].vector");
        (await api.PostAsync(path + "/search", """{"vector":[-3.1e16]}""")).Invalid("vector");
        Assert.Equal(HttpStatusCode.OK, (await api.PutAsync(path + "/records", """{"records":[{"id":"a","vector":[2.9e16]}]}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync(path + "/search", """{"vector":[-2.9e16]}""")).Status);
    }

    [Fact]
    public async Task A_vector_finds_the_nearest_records_best_first()
    {
        var search = await SearchAsync();

        var answer = await api.PostAsync(search, """{"vector":[1,0,0],"topK":2}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["x", "xy"], Ids(answer));
        var best = answer.Json.GetProperty("results")[0];
        Assert.Equal(1, best.GetProperty("score").GetDouble(), 0.001);
        Assert.Equal("along x", best.GetProperty("text").GetString());
        Assert.Equal(2020, best.GetProperty("metadata").GetProperty("year").GetInt32());
        Assert.False(best.TryGetProperty("vector", out _));
        Assert.True(answer.Json.GetProperty("tookMs").GetDouble() > 0);
    }

    [Fact]
    public async Task A_text_finds_what_shares_its_words()
    {
        var collection = await api.CollectionAsync();
        await api.PutAsync($"/api/v1/collections/{collection}/records", """{"records":[{"id":"a","text":"quick brown fox"},{"id":"b","text":"annual financial report"}]}""");

        var answer = await api.PostAsync($"/api/v1/collections/{collection}/search", """{"text":"the quick fox"}""");

        Assert.Equal("a", Ids(answer)[0]);
    }

    [Theory]
    [InlineData("""{"vector":[1,0,0],"filter":{"must":[{"key":"year","gt":2020}]}}""", "xy y")]
    [InlineData("""{"vector":[1,0,0],"filter":{"must":[{"key":"tag.kind","match":"flat"}]}}""", "xy")]
    [InlineData("""{"vector":[1,0,0],"filter":{"should":[{"key":"year","match":2020},{"key":"year","match":2022}]}}""", "x y")]
    [InlineData("""{"vector":[1,0,0],"filter":{"mustNot":[{"key":"year","lte":2021}]}}""", "y")]
    [InlineData("""{"vector":[1,0,0],"filter":null}""", "x xy y")]
    [InlineData("""{"vector":[1,0,0],"minScore":0.5}""", "x xy")]
    [InlineData("""{"vector":[1,0,0],"exact":true}""", "x xy y")]
    public async Task Filters_and_limits_choose_among_the_results(string body, string expected)
    {
        var answer = await api.PostAsync(await SearchAsync(), body);

        Assert.Equal(expected, string.Join(' ', Ids(answer)));
    }

    [Fact]
    public async Task Vectors_come_back_when_asked_for()
    {
        var answer = await api.PostAsync(await SearchAsync(), """{"vector":[1,0,0],"topK":1,"includeVectors":true}""");

        Assert.Equal("[1,0,0]", answer.Json.GetProperty("results")[0].GetProperty("vector").GetRawText());
    }

    [Theory]
    [InlineData("""{}""", "text")]
    [InlineData("""{"text":"a","vector":[1,0,0]}""", "text")]
    [InlineData("""{"text":""}""", "text")]
    [InlineData("""{"text":"three dimensions are not the embedder's"}""", "text")]
    [InlineData("""{"text":5}""", "text")]
    [InlineData("""{"vector":[1,0]}""", "vector")]
    [InlineData("""{"vector":[1,0,0,0]}""", "vector")]
    [InlineData("""{"vector":[1,0,"a"]}""", "vector")]
    [InlineData("""{"vector":{}}""", "vector")]
    [InlineData("""{"vector":[0,0,0]}""", "vector")]
    [InlineData("""{"vector":[1,0,0],"topK":0}""", "topK")]
    [InlineData("""{"vector":[1,0,0],"topK":1001}""", "topK")]
    [InlineData("""{"vector":[1,0,0],"topK":1.5}""", "topK")]
    [InlineData("""{"vector":[1,0,0],"topk":1}""", "topk")]
    [InlineData("""{"vector":[1,0,0],"minScore":"high"}""", "minScore")]
    [InlineData("""{"vector":[1,0,0],"minScore":1e999}""", "minScore")]
    [InlineData("""{"vector":[1,0,0],"exact":1}""", "exact")]
    [InlineData("""{"vector":[1,0,0],"filter":"lang=en"}""", "filter")]
    [InlineData("""{"vector":[1,0,0],"filter":{"must":[{"key":"a"}]}}""", "filter")]
    [InlineData("""{"vector":[1,0,0],"vector":[1,0,0]}""", "vector")]
    [InlineData("""{"vector":[1,0,0]""", "body")]
    [InlineData("""[1,0,0]""", "body")]
    public async Task A_search_that_cannot_be_answered_is_400_and_says_why(string body, string field) =>
        (await api.PostAsync(await SearchAsync(), body)).Invalid(field);

    private static List<string> Ids(Answer answer) =>
        [.. answer.Json.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("id").GetString()!)];

    private async Task<string> SearchAsync()
    {
        var collection = $"/api/v1/collections/{await api.CollectionAsync(3)}";
        var put = await api.PutAsync(collection + "/records", """
            {"records":[
              {"id":"y","vector":[0,1,0],"metadata":{"year":2022}},
              {"id":"x","vector":[1,0,0],"text":"along x","metadata":{"year":2020}},
              {"id":"xy","vector":[1,1,0],"metadata":{"year":2021,"tag":{"kind":"flat"}}}
            ]}
            """);
        Assert.Equal(HttpStatusCode.OK, put.Status);
        return collection + "/search";
    }
}
