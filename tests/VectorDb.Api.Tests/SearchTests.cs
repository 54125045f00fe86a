using System.Net;
using System.Text;
using VectorDb.Api.Problems;
using VectorDb.Api.Records;
using VectorDb.Api.Search;
using VectorDb.Core.Collections;

namespace VectorDb.Api.Tests;

public sealed class SearchTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly CollectionSpec Spec = new("c", 3, Metric.Cosine);

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

    [Fact]
    public void A_filter_of_millions_of_values_is_refused_before_they_are_made_into_anything()
    {
        const int Values = 1_000_000;
        var filter = "{\"filter\":{\"must\":[" + string.Join(',', Enumerable.Repeat('0', Values)) + "]}}";

        var search = RefusedFor(filter, Values / 10, static json => SearchReader.Read(json, Spec));
        var delete = RefusedFor(filter, Values / 10, static json => DeleteByFilterReader.Read(json));

        Assert.All([search, delete], static refused => Assert.Equal((400, "filter: more than 1539 values"), (refused.Status, refused.Message)));
    }

    [Fact]
    public async Task The_largest_filter_is_taken_and_one_with_a_condition_more_is_400()
    {
        var search = await SearchAsync();
        var delete = search.Replace("/search", "/records/delete", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync(search, $$"""{"vector":[1,0,0],"filter":{{Filter(86)}}}""")).Status);
        Assert.Equal("""{"deleted":0}""", (await api.PostAsync(delete, $$"""{"filter":{{Filter(86)}}}""")).Body);
        Assert.Equal("more than 1539 values", (await api.PostAsync(search, $$"""{"vector":[1,0,0],"filter":{{Filter(87)}}}""")).Invalid("filter"));
        Assert.Equal("more than 1539 values", (await api.PostAsync(delete, $$"""{"filter":{{Filter(87)}}}""")).Invalid("filter"));

        static string Filter(int must)
        {
            const string Condition = """{"key":"year","gt":1,"gte":1,"lt":2,"lte":2}""";
            var others = string.Join(',', Enumerable.Repeat(Condition, 85));
            return $$"""{"must":[{{string.Join(',', Enumerable.Repeat(Condition, must))}}],"should":[{{others}}],"mustNot":[{{others}}]}""";
        }
    }

    [Fact]
    public void Of_millions_of_made_up_properties_none_is_kept_beside_the_first()
    {
        const int Names = 1_000_000;
        var json = "{" + string.Join(',', Enumerable.Range(0, Names).Select(static n => $"\"k{n:D7}\":0")) + "}";

        // The names themselves, of 40 bytes each, come and go.
        foreach (var refused in (RequestException[])[RefusedFor(json, 60 * Names, static body => SearchReader.Read(body, Spec)), RefusedFor(json, 60 * Names, static body => DeleteByFilterReader.Read(body))])
        {
            Assert.Equal(100, refused.Errors!.Count);
            Assert.EndsWith($"(and {Names - 1} more)", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_property_that_is_given_a_million_times_is_told_of_once()
    {
        var refused = RefusedFor(
            "{" + string.Join(',', Enumerable.Repeat("\"topK\":1,\"x\":1", 1_000_000)) + "}", int.MaxValue, static json => SearchReader.Read(json, Spec));

        Assert.Equal(["is given twice"], refused.Errors!["topK"]);
        Assert.Equal(["is not a property of a search"], refused.Errors["x"]);
    }

    [Fact]
    public void A_name_of_a_million_characters_is_told_by_its_beginning()
    {
        var refused = RefusedFor($$"""{"{{new string('x', 1_000_000)}}":1}""", int.MaxValue, static json => SearchReader.Read(json, Spec));

        Assert.Equal(new string('x', 100) + "...", Assert.Single(refused.Errors!).Key);
    }

    private static RequestException RefusedFor(string text, int mostBytes, Action<byte[]> read)
    {
        var json = Encoding.UTF8.GetBytes(text);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<RequestException>(() => read(json));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, mostBytes);
        return refused;
    }

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
