using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using VectorDb.Core.Filters;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Filters;

public sealed class FilterTests
{
    [Theory]
    [InlineData("[]", "filter: expected an object")]
    [InlineData("{", "not JSON")]
    [InlineData("""{"and":[]}""", "filter.and: unknown")]
    [InlineData("""{"must":{}}""", "filter.must: expected an array")]
    [InlineData("""{"must":[],"must":[]}""", "filter.must: given twice")]
    [InlineData("""{"must":[7]}""", "filter.must[0]: expected a condition")]
    [InlineData("""{"must":[{"match":1}]}""", "filter.must[0].key: missing")]
    [InlineData("""{"must":[{"key":"a"}]}""", "filter.must[0]: needs match")]
    [InlineData("""{"must":[{"key":"a","match":1},{"key":"a","match":null}]}""", "filter.must[1].match: expected a string, number or boolean, found null")]
    [InlineData("""{"must":[{"key":"a","match":[1]}]}""", "filter.must[0].match: expected a string, number or boolean, found an array")]
    [InlineData("""{"should":[{"key":"a","gte":"x"}]}""", "filter.should[0].gte: expected a number, found a string")]
    [InlineData("""{"should":[{"key":"a","gte":1e999}]}""", "filter.should[0].gte: 1e999 is outside")]
    [InlineData("""{"mustNot":[{"key":"a..b","match":1}]}""", "filter.mustNot[0].key: 'a..b' is not a dotted path")]
    [InlineData("""{"mustNot":[{"key":"a","match":1,"lt":2}]}""", "filter.mustNot[0]: has both")]
    [InlineData("""{"must":[{"key":"a","eq":1}]}""", "filter.must[0].eq: unknown")]
    [InlineData("""{"must":[{"key":"a","match":"\u0000"}]}""", "filter.must[0].match: holds the character U+0000")]
    [InlineData("""{"must":[{"key":"a","match":1234567890123456789}]}""", "filter.must[0].match: 1234567890123456789 is beyond 9007199254740991")]
    [InlineData("""{"must":[{"key":"a","match":-9007199254740992}]}""", "filter.must[0].match: -9007199254740992 is beyond")]
    [InlineData("""{"must":[{"key":"a","gte":9007199254740992}]}""", "store such numbers as strings")]
    [InlineData("""{"\ud800":1}""", "filter: the name of a field holds half of a surrogate pair")]
    [InlineData("""{"must":[{"\udfff":1}]}""", "filter.must[0]: the name of a field holds half of a surrogate pair")]
    [InlineData("""{"must":[{"key":"a","match":"\ud800"}]}""", "filter.must[0].match: holds half of a surrogate pair")]
    public void What_is_no_filter_is_refused_with_its_place(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FilterException>(() => FilterParser.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void However_long_what_is_wrong_is_only_its_beginning_is_told()
    {
        var text = new string('9', 100_000);
        string[] filters = [$$"""{"x{{text}}":[]}""", $$"""{"must":[{"x{{text}}":1}]}""", $$"""{"must":[{"key":"{{text}}","match":1}]}""", $$"""{"must":[{"key":"a","match":{{text}}}]}"""];

        Assert.All(filters, static json => Assert.InRange(Assert.Throws<FilterException>(() => FilterParser.Parse(json)).Message.Length, 100, 400));
    }

    [Fact]
    public void A_filter_with_far_too_many_conditions_is_refused_before_they_are_read()
    {
        const int Conditions = 100_000;
        using var json = JsonDocument.Parse($$"""{"should":[{{string.Join(',', Enumerable.Repeat("""{"key":"a","match":1}""", Conditions))}}]}""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<FilterException>(() => FilterParser.Parse(json.RootElement));

        Assert.Equal("filter: more than 256 conditions", refused.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * Conditions);
    }

    [Theory]
    [MemberData(nameof(FilterMeanings.All), MemberType = typeof(FilterMeanings))]
    public void A_filter_means_the_same_on_json_and_on_columns(string filter, string metadata, bool expected)
    {
        var compiled = new CompiledFilter(FilterParser.Parse(filter));

        Assert.Equal(expected, compiled.Matches(Encoding.UTF8.GetBytes(metadata)));
        Assert.Equal([expected], MatchesOnColumns(compiled, [metadata]));
    }

    [Property(MaxTest = 40)]
    public Property Any_filter_means_the_same_on_json_and_on_columns() =>
        Prop.ForAll(Arb.From(FilterMeanings.Records), Arb.From(FilterMeanings.Filter), (records, filter) =>
        {
            var compiled = new CompiledFilter(FilterParser.Parse(filter.ToJsonString()));
            var texts = Array.ConvertAll(records, record => record.ToJsonString());
            return texts.Select(text => compiled.Matches(Encoding.UTF8.GetBytes(text))).SequenceEqual(MatchesOnColumns(compiled, texts));
        });

    private static IEnumerable<bool> MatchesOnColumns(CompiledFilter filter, string[] records)
    {
        var columns = new MetadataColumns();
        for (var row = 0; row < records.Length; row++)
        {
            columns.Add(row, Encoding.UTF8.GetBytes(records[row]));
        }

        var mask = new ulong[(records.Length + 63) / 64];
        Array.Fill(mask, ulong.MaxValue);
        columns.Narrow(filter, mask);
        return Enumerable.Range(0, records.Length).Select(row => (mask[row / 64] >> row % 64 & 1) != 0).ToArray();
    }
}
