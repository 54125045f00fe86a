using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace VectorDb.Core.Tests.Filters;

/// <summary>What filters mean, by example and as small random worlds in which they often match. Every way to run a filter is held to it.</summary>
public static class FilterMeanings
{
    private static readonly string[] Keys = ["a", "b", "a.b", "a.c.d"];

    private static readonly string[] Values = ["1", "1.0", "2.5", "-3", "true", "false", "\"x\"", "\"1\"", "\"\""];

    /// <summary>Filter, metadata, and whether it matches.</summary>
    public static TheoryData<string, string, bool> All { get; } = new()
    {
        { """{"must":[{"key":"lang","match":"en"}]}""", """{"lang":"en"}""", true },
        { """{"must":[{"key":"lang","match":"en"}]}""", """{"lang":["de","en"]}""", true },
        { """{"must":[{"key":"lang","match":"en"}]}""", """{"lang":[["en"]]}""", false },
        { """{"must":[{"key":"lang","match":"en"}]}""", """{"lang":{"en":1}}""", false },
        { """{"must":[{"key":"lang","match":"1"}]}""", """{"lang":1}""", false },
        { """{"must":[{"key":"n","match":2020}]}""", """{"n":2020.0}""", true },
        { """{"must":[{"key":"n","match":2020}]}""", """{"n":[1,2020]}""", true },
        { """{"must":[{"key":"n","match":0}]}""", """{"n":-0.0}""", true },
        { """{"must":[{"key":"n","match":9007199254740991}]}""", """{"n":9007199254740991}""", true },
        { """{"must":[{"key":"n","match":9007199254740991}]}""", """{"n":9007199254740992}""", false },
        { """{"must":[{"key":"n","gt":9007199254740991}]}""", """{"n":1234567890123456789}""", true },
        { """{"must":[{"key":"n","match":"1234567890123456789"}]}""", """{"n":"1234567890123456788"}""", false },
        { """{"must":[{"key":"n","match":0.1}]}""", """{"n":0.1}""", true },
        { """{"must":[{"key":"n","match":1e300}]}""", """{"n":1e300}""", true },
        { """{"must":[{"key":"b","match":false}]}""", """{"b":false}""", true },
        { """{"must":[{"key":"b","match":true}]}""", """{"b":[false,true]}""", true },
        { """{"must":[{"key":"b","match":false}]}""", """{"b":null}""", false },
        { """{"must":[{"key":"a.b","match":1}]}""", """{"a":{"b":1}}""", true },
        { """{"must":[{"key":"a.b","match":"x"}]}""", """{"a":{"b":["x"]}}""", true },
        { """{"must":[{"key":"a.b","match":1}]}""", """{"a.b":1}""", true },
        { """{"must":[{"key":"a.b","match":"x"}]}""", """{"a.b":["y","x"]}""", true },
        { """{"must":[{"key":"a.b","match":true}]}""", """{"a.b":true}""", true },
        { """{"must":[{"key":"a.b","gte":1}]}""", """{"a.b":[0,1]}""", true },
        { """{"must":[{"key":"a.b","match":1}]}""", """{"a.b":2,"a":{"b":1}}""", true },
        { """{"must":[{"key":"a.b","match":2}]}""", """{"a":{"b":1},"a.b":2}""", true },
        { """{"mustNot":[{"key":"a.b","match":1}]}""", """{"a.b":2,"a":{"b":1}}""", false },
        { """{"mustNot":[{"key":"a.b","match":"x"}]}""", """{"a.b":"x"}""", false },
        { """{"should":[{"key":"a.b.c","match":1}]}""", """{"a.b.c":1}""", true },
        { """{"must":[{"key":"a.b.c","match":1}]}""", """{"a.b":{"c":1}}""", false },
        { """{"must":[{"key":"a.b.c","match":1}]}""", """{"a":{"b.c":1}}""", false },
        { """{"must":[{"key":"a.b","match":1}]}""", """{"a":[{"b":1}]}""", false },
        { """{"must":[{"key":"a.0","match":1}]}""", """{"a":[1]}""", false },
        { """{"must":[{"key":"n","gt":1,"lte":2}]}""", """{"n":1}""", false },
        { """{"must":[{"key":"n","gt":1,"lte":2}]}""", """{"n":2}""", true },
        { """{"must":[{"key":"n","gt":1,"lte":2}]}""", """{"n":[0,1.5]}""", true },
        { """{"must":[{"key":"n","gt":1,"lt":3}]}""", """{"n":[0,5]}""", false },
        { """{"must":[{"key":"n","gte":1}]}""", """{"n":"1"}""", false },
        { """{"must":[{"key":"it's \"q\" \\ %","match":"it's"}]}""", """{"it's \"q\" \\ %":"it's"}""", true },
        { """{"must":[{"key":"é","match":"日本"}]}""", """{"\u00e9":"\u65e5\u672c"}""", true },
        { """{"should":[{"key":"a","match":1},{"key":"b","match":1}]}""", """{"b":1}""", true },
        { """{"should":[{"key":"a","match":1},{"key":"b","match":1}]}""", "{}", false },
        { """{"mustNot":[{"key":"a","match":1}]}""", "{}", true },
        { """{"mustNot":[{"key":"a","match":1}]}""", """{"a":[2,1]}""", false },
        { "{}", "{}", true },
    };

    internal static Gen<JsonObject[]> Records => Record.ArrayOf(70);

    internal static Gen<JsonObject> Filter =>
        from must in Conditions
        from should in Conditions
        from mustNot in Conditions
        select new JsonObject { ["must"] = must, ["should"] = should, ["mustNot"] = mustNot };

    private static Gen<JsonNode?> Scalar => Gen.Elements(Values.Append("null").ToArray()).Select(text => JsonNode.Parse(text));

    private static Gen<JsonNode?> Value => Gen.Frequency(
        (6, Scalar),
        (2, Scalar.ArrayOf().Select(items => (JsonNode?)new JsonArray(items))),
        (1, Gen.Constant("""[["x"],{"b":1}]""").Select(text => JsonNode.Parse(text))));

    private static Gen<JsonObject> Record =>
        from a in Value
        from b in Value
        from inner in Value
        from deep in Value
        from dotted in Value
        from nested in Gen.Elements(true, false)
        select new JsonObject
        {
            ["a"] = nested ? new JsonObject { ["b"] = inner, ["c"] = new JsonObject { ["d"] = deep } } : a,
            ["b"] = b,
            ["a.b"] = dotted,
        };

    private static Gen<JsonArray> Conditions =>
        Gen.Choose(0, 2).SelectMany(count => Condition.ArrayOf(count)).Select(items => new JsonArray([.. items]));

    private static Gen<JsonObject> Condition =>
        from key in Gen.Elements(Keys)
        from range in Gen.Elements(true, false)
        from low in Gen.Elements("gt", "gte")
        from high in Gen.Elements("lt", "lte")
        from bound in Gen.Elements(-3.0, 1, 2.5)
        from value in Gen.Elements(Values)
        select range
            ? new JsonObject { ["key"] = key, [low] = bound, [high] = bound + 1.5 }
            : new JsonObject { ["key"] = key, ["match"] = JsonNode.Parse(value) };
}
