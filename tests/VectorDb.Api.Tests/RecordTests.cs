using System.Net;
using System.Text;
using System.Text.Json;
using VectorDb.Api.Problems;
using VectorDb.Api.Records;
using VectorDb.Core.Collections;

namespace VectorDb.Api.Tests;

public sealed class RecordTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_record_comes_back_as_it_was_sent()
    {
        var records = await RecordsAsync();

        var put = await api.PutAsync(records, """{"records":[{"id":"a","text":"hello","vector":[1,-0.5,2.5e-1],"metadata":{"lang":"en","n":[1,{"x":null}]}}]}""");
        var got = await api.GetAsync(records + "/a");

        Assert.Equal("""{"upserted":1}""", put.Body);
        Assert.Equal("""{"id":"a","text":"hello","vector":[1,-0.5,0.25],"metadata":{"lang":"en","n":[1,{"x":null}]}}""", got.Body);
    }

    [Fact]
    public async Task Text_without_a_vector_is_embedded()
    {
        var collection = await api.CollectionAsync();

        await api.PutAsync($"/api/v1/collections/{collection}/records", """{"records":[{"id":"a","text":"hello"}]}""");
        var got = await api.GetAsync($"/api/v1/collections/{collection}/records/a");

        Assert.Equal(64, got.Json.GetProperty("vector").GetArrayLength());
    }

    [Fact]
    public async Task Metadata_of_more_values_than_are_allowed_is_refused_and_the_rest_of_the_body_is_still_read()
    {
        var records = await RecordsAsync();

        var put = await api.PutAsync(records, $$"""
            {"records":[
              {"id":"many","metadata":{"a":[{{string.Join(',', Enumerable.Repeat("{}", 1_000))}}]},"vector":[1,2,3]},
              {"id":"most","metadata":{"a":[{{string.Join(',', Enumerable.Repeat("{}", 999))}}]},"vector":[1,2,3]},
              {"id":"flat","metadata":7,"vector":[1,2]}
            ]}
            """);

        Assert.Equal("more than 1000 values", put.Invalid("records[0].metadata"));
        Assert.Equal("must be an object", put.Invalid("records[2].metadata"));
        Assert.Equal(2, put.Json.GetProperty("errors").EnumerateObject().Count());
    }

    [Fact]
    public async Task A_filter_whose_field_has_half_a_surrogate_pair_for_a_name_is_400() =>
        (await api.GetAsync(await RecordsAsync() + "?filter=" + Uri.EscapeDataString("""{"\ud800":1}"""))).Invalid("filter");

    [Fact]
    public async Task A_batch_with_bad_records_stores_none_and_names_each_by_index_and_field()
    {
        var records = await RecordsAsync();

        var put = await api.PutAsync(records, """
            {"records":[
              {"id":"good","vector":[1,2,3]},
              {"id":"","vector":[1,2,3]},
              {"id":"short","vector":[1,2]},
              {"id":"word","vector":[1,"x",3]},
              {"id":"neither"},
              {"id":7,"vector":[1,2,3]},
              {"id":"odd","vector":[1,2,3],"colour":"red"},
              {"id":"meta","vector":[1,2,3],"metadata":[1]},
              3
            ]}
            """);

        put.Invalid("records[1].id");
        Assert.Contains("2 numbers, the collection has dimension 3", put.Invalid("records[2].vector"));
        Assert.Contains("element 1 is not a number", put.Invalid("records[3].vector"));
        put.Invalid("records[4].text");
        put.Invalid("records[5].id");
        put.Invalid("records[6].colour");
        put.Invalid("records[7].metadata");
        put.Invalid("records[8]");
        (await api.GetAsync(records + "/good")).Problem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_bad_record_of_a_full_batch_is_named_and_counted()
    {
        var rows = string.Join(',', Enumerable.Range(0, 1000).Select(static i => i % 4 == 0 ? $$"""{"id":"{{i}}","vector":[1,2,3]}""" : i % 4 == 1 ? "7" : $$"""{"id":"{{i}}"}"""));

        var problem = (await api.PutAsync(await RecordsAsync(), $$"""{"records":[{{rows}}]}""")).Problem(HttpStatusCode.BadRequest);

        Assert.Equal(
            Enumerable.Range(0, 1000).Where(static i => i % 4 != 0).Select(static i => i % 4 == 1 ? $"records[{i}]" : $"records[{i}].text"),
            problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
        Assert.Equal("records[1]: must be an object (and 749 more)", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Thousands_of_strange_properties_are_counted_and_the_first_are_named()
    {
        var strange = string.Join(',', Enumerable.Range(0, 5000).Select(static i => $"\"p{i}\":1"));

        var problem = (await api.PutAsync(await RecordsAsync(), $"{{{strange}}}")).Problem(HttpStatusCode.BadRequest);

        Assert.Equal(100, problem.GetProperty("errors").EnumerateObject().Count());
        Assert.EndsWith("(and 4999 more)", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"records":[]}""", "records")]
    [InlineData("""{}""", "records")]
    [InlineData("""{"records":{}}""", "records")]
    [InlineData("""{"rows":[]}""", "rows")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3]}],"records":[]}""", "records")]
    [InlineData("""{"records":[{"id":"a","id":"b","vector":[1,2,3]}]}""", "records[0].id")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,NaN]}]}""", "body")]
    [InlineData("""{"records":[{"id":"a","vector":["NaN",2,3]}]}""", "records[0].vector")]
    [InlineData("""{"records":[{"id":"a","vector":[1e999,2,3]}]}""", "records[0].vector")]
    [InlineData("""{"records":[{"id":"a","vector":[01,2,3]}]}""", "body")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3,]}]}""", "body")]
    [InlineData("""{"records":[{"id":"a","vector":[[1],2,3]}]}""", "records[0].vector")]
    [InlineData("""{"records":[{"id":"a","vector":"1,2,3"}]}""", "records[0].vector")]
    [InlineData("""{"records":[{"id":"a","vector":[]}]}""", "records[0].vector")]
    [InlineData("""{"records":[{"id":"a","vector":[0,0,0]}]}""", "records[0].vector")]
    [InlineData("""{"records":[{"id":"a","text":"  "}]}""", "records[0].text")]
    [InlineData("""{"records":[{"id":"a","text":"t"}]}""", "records[0].text")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3],"metadata":{"k":1,"k":2}}]}""", "records[0].metadata")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3],"metadata":{"k":[{"l":1,"l":2}]}}]}""", "records[0].metadata")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3],"metadata":{"k":"\ud800"}}]}""", "records[0].metadata")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3],"metadata":{"k":"\u0000"}}]}""", "records[0].metadata.k")]
    [InlineData("""{"records":[{"id":"a\u0000b","vector":[1,2,3]}]}""", "records[0].id")]
    [InlineData("""{"records":[{"id":"a","text":"\u0000","vector":[1,2,3]}]}""", "records[0].text")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3]}],"\ud800":1}""", "body")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2,3]}]} {}""", "body")]
    [InlineData("""{"records":[{"id":"a","vector":[1,2""", "body")]
    public async Task A_batch_that_cannot_be_stored_is_400_and_says_where(string body, string field) =>
        (await api.PutAsync(await RecordsAsync(), body)).Invalid(field);

    [Theory]
    [InlineData(@"""id"":""\ud800"",""vector"":[1,2,3]")]
    [InlineData(@"""id"":""b"",""text"":""x\udfff"",""metadata"":{""k"":[{}]},""vector"":[1,2,3]")]
    [InlineData(@"""id"":""b"",""\ud800"":{""k"":[{}]},""vector"":[1,2,3]")]
    [InlineData(@"""id"":""b"",""metadata"":{""a\ud800"":1,""b"":2},""vector"":[1,2,3]")]
    public async Task Of_half_a_surrogate_pair_the_record_is_named_and_the_next_one_is_judged_too(string record)
    {
        var put = await api.PutAsync(await RecordsAsync(), $$"""{"records":[{"id":"a","vector":[1,2,3]},{{{record}}},{"id":"c","vector":[1,2]}]}""");

        Assert.Contains("half", put.Json.GetProperty("errors").EnumerateObject().First(static error => error.Name.StartsWith("records[1]", StringComparison.Ordinal)).Value[0].GetString());
        put.Invalid("records[2].vector");
    }

    [Fact]
    public async Task Of_two_records_with_one_id_the_last_wins()
    {
        var records = await RecordsAsync();

        var put = await api.PutAsync(records, """{"records":[{"id":"a","vector":[1,2,3],"text":"first"},{"id":"a","vector":[1,2,3],"text":"last"}]}""");

        Assert.Equal("""{"upserted":1}""", put.Body);
        Assert.Equal("last", (await api.GetAsync(records + "/a")).Json.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("with/slash and space")]
    [InlineData("100%25")]
    [InlineData("ü?&#.")]
    [InlineData("a/..")]
    [InlineData("...")]
    public async Task Any_id_can_be_asked_for_and_deleted(string id)
    {
        var records = await RecordsAsync();
        var path = $"{records}/{Uri.EscapeDataString(id).Replace(".", "%2E")}";
        await api.PutAsync(records, JsonSerializer.Serialize(new { records = new[] { new { id, vector = new[] { 1, 2, 3 } } } }));

        Assert.Equal(id, (await api.GetAsync(path)).Json.GetProperty("id").GetString());
        Assert.Equal(id, (await api.GetAsync(path + "/")).Json.GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(path)).Status);
        (await api.DeleteAsync(path)).Problem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_no_address_can_name_is_400(string id) =>
        (await api.PutAsync(await RecordsAsync(), $$"""{"records":[{"id":"{{id}}","vector":[1,2,3]}]}""")).Invalid("records[0].id");

    [Theory]
    [InlineData("/%2E%2E")]
    [InlineData("/%2e%2e/")]
    [InlineData("/..")]
    [InlineData("/.%2E?x=1")]
    [InlineData("/%2E")]
    [InlineData("/a/../..")]
    public async Task A_path_that_climbs_is_400_and_deletes_nothing_above_it(string climb)
    {
        var records = await RecordsAsync();
        await api.PutAsync(records, """{"records":[{"id":"a","vector":[1,2,3]}]}""");

        (await api.SendAsItIsAsync(HttpMethod.Delete, records + climb)).Problem(HttpStatusCode.BadRequest);

        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(records + "/a")).Status);
    }

    [Fact]
    public async Task Scrolling_with_a_filter_gives_every_match_once_and_no_vectors()
    {
        var records = await RecordsAsync();
        var rows = string.Join(',', Enumerable.Range(0, 25).Select(static i => JsonSerializer.Serialize(new { id = $"r{i:D2}", vector = new[] { 1, 2, i }, metadata = new { even = i % 2 == 0 } })));
        await api.PutAsync(records, $$"""{"records":[{{rows}}]}""");
        var filter = Uri.EscapeDataString("""{"must":[{"key":"even","match":true}]}""");

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await api.GetAsync($"{records}?limit=4&filter={filter}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}")).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("id").GetString()!));
            Assert.All(page.GetProperty("items").EnumerateArray(), static item => Assert.False(item.TryGetProperty("vector", out _)));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Where(static i => i % 2 == 0).Select(static i => $"r{i:D2}"), seen);
    }

    [Fact]
    public async Task A_page_of_long_texts_ends_early_and_the_next_one_goes_on()
    {
        const int Records = 250;
        var records = await RecordsAsync();
        var text = new string('x', 100_000);
        var rows = string.Join(',', Enumerable.Range(0, Records).Select(n => $$"""{"id":"r{{n:D3}}","text":"{{text}}","vector":[1,2,3]}"""));
        Assert.Equal(HttpStatusCode.OK, (await api.PutAsync(records, $$"""{"records":[{{rows}}]}""")).Status);

        var first = (await api.GetAsync(records + "?limit=1000")).Json;
        var second = (await api.GetAsync($"{records}?limit=1000&cursor={first.GetProperty("nextCursor").GetString()}")).Json;

        Assert.InRange(Ids(first).Count(), 1, Records - 1);
        Assert.Equal(Enumerable.Range(0, Records).Select(static n => $"r{n:D3}"), Ids(first).Concat(Ids(second)));
        Assert.Null(second.GetProperty("nextCursor").GetString());

        static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Deleting_by_filter_takes_the_matches_alone_and_counts_them()
    {
        var records = await RecordsAsync();
        await api.PutAsync(records, """{"records":[{"id":"a","vector":[1,2,3],"metadata":{"y":1}},{"id":"b","vector":[1,2,3],"metadata":{"y":2}}]}""");

        var deleted = await api.PostAsync(records + "/delete", """{"filter":{"must":[{"key":"y","gte":2}]}}""");

        Assert.Equal("""{"deleted":1}""", deleted.Body);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(records + "/a")).Status);
        (await api.GetAsync(records + "/b")).Problem(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"filter":{}}""", "filter")]
    [InlineData("""{"filter":{"must":[]}}""", "filter")]
    [InlineData("""{"filter":{"must":[{"key":"a","match":{"b":1}}]}}""", "filter")]
    [InlineData("""{"filter":{"must":[{"key":"a","match":null}]}}""", "filter")]
    [InlineData("""{"filter":{"must":[{"key":5,"match":1}]}}""", "filter")]
    [InlineData("""{"filter":{"must":[{"match":1}]}}""", "filter")]
    [InlineData("""{"filter":{"must":[{"key":"a","gte":"2020"}]}}""", "filter")]
    [InlineData("""{"filter":{"perhaps":[]}}""", "filter")]
    [InlineData("""{"filter":[]}""", "filter")]
    [InlineData("""{"filter":null}""", "filter")]
    [InlineData("""{"filter":{"must":[]},"filter":{"must":[{"key":"a","match":1}]}}""", "filter")]
    [InlineData("""{"filter":{"must":[{"key":"a","match":1}]},"colour":1}""", "colour")]
    [InlineData("""{"filter":{"must":[{"key":"a","match":1}]}} 1""", "body")]
    [InlineData("""[]""", "body")]
    [InlineData("""{}""", "body")]
    public async Task A_filter_that_is_none_is_400_and_deletes_nothing(string body, string field)
    {
        var records = await RecordsAsync();
        await api.PutAsync(records, """{"records":[{"id":"a","vector":[1,2,3]}]}""");

        (await api.PostAsync(records + "/delete", body)).Invalid(field);

        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(records + "/a")).Status);
    }

    [Theory]
    [InlineData("cursor=nonsense!")]
    [InlineData("cursor=gA")]
    [InlineData("filter=nonsense")]
    [InlineData("limit=5000")]
    public async Task A_list_that_cannot_be_asked_for_is_400(string query) =>
        (await api.GetAsync($"{await RecordsAsync()}?{query}")).Problem(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Text_that_is_not_UTF8_is_400()
    {
        using var content = new ByteArrayContent([.. """{"records":[{"vector":[1,2,3],"id":"a"""u8, 0xC3, 0x28, .. "\"}]}"u8]);
        content.Headers.ContentType = new("application/json");

        (await api.SendAsync(HttpMethod.Put, await RecordsAsync(), content)).Invalid("body");
    }

    [Fact]
    public async Task A_byte_order_mark_before_the_text_is_passed_over()
    {
        using var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. """{"records":[{"vector":[1,2,3],"id":"a"}]}"""u8]);
        content.Headers.ContentType = new("application/json");

        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Put, await RecordsAsync(), content)).Status);
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_is_415()
    {
        using var content = new StringContent("id,text", Encoding.UTF8, "text/csv");

        (await api.SendAsync(HttpMethod.Put, await RecordsAsync(), content)).Problem(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Deep_JSON_is_400()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);

        (await api.PutAsync(await RecordsAsync(), $$$"""{"records":[{"id":"a","vector":[1,2,3],"metadata":{"x":{{{deep}}}}}]}""")).Invalid("body");
    }

    [Fact]
    public async Task A_field_of_10_MB_is_400()
    {
        var text = new string('x', 10_000_000);

        (await api.PutAsync(await RecordsAsync(), $$"""{"records":[{"id":"a","vector":[1,2,3],"text":"{{text}}"}]}""")).Invalid("records[0].text");
    }

    [Fact]
    public void Vectors_that_are_none_take_no_more_room_than_one_however_many_they_are()
    {
        const int Records = 1_000;
        var spec = new CollectionSpec("c", CollectionRules.MaximumDimension, Metric.Cosine);
        var json = Encoding.UTF8.GetBytes($$"""{"records":[{{string.Join(',', Enumerable.Repeat("""{"id":"a","vector":[]}""", Records))}}]}""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<RequestException>(() => RecordBatchReader.Read(json, spec, Records));

        Assert.Equal(Records, refused.Errors!.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * sizeof(float) * CollectionRules.MaximumDimension);
    }

    [Fact]
    public async Task More_records_than_a_batch_may_have_is_413()
    {
        var rows = string.Join(',', Enumerable.Range(0, 1001).Select(static i => $$"""{"id":"{{i}}","vector":[1,2,3]}"""));

        (await api.PutAsync(await RecordsAsync(), $$"""{"records":[{{rows}}]}""")).Problem(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task<string> RecordsAsync() => $"/api/v1/collections/{await api.CollectionAsync(3)}/records";
}
