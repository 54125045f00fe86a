using System.Text.Json.Nodes;
using VectorDb.Core.Collections;
using VectorDb.Core.Records;
using VectorDb.Core.Search;
using Record = VectorDb.Core.Records.Record;

namespace VectorDb.Core.Tests.Records;

public sealed class RecordRulesTests
{
    private static readonly CollectionSpec Spec = new("c", 2, Metric.Cosine);

    private static readonly Record Good = new("a", "text", new float[] { 1, 2 }, new JsonObject { ["n"] = 1 });

    public static TheoryData<string, string> BadMetadata { get; } = new()
    {
        { """{"a":{"n":1e999}}""", "metadata.a.n: 1e999 is outside the range of a double" },
        { """{"a":[1e-999]}""", "metadata.a[0]: 1e-999 is outside the range of a double" },
        { """{"a":"\u0000"}""", "metadata.a: holds U+0000" },
        { """{"a\u0000":1}""", "a key holds U+0000" },
        { """{"a":1,"a":2}""", "metadata: " },
        { "{\"a\":" + new string('[', 20) + new string(']', 20) + "}", "metadata: deeper than 16 levels" },
        { "{\"a\":[" + string.Join(',', Enumerable.Repeat("[]", 1_000)) + "]}", "metadata: more than 1000 values" },
        { "{\"a\":\"" + new string('x', 70_000) + "\"}", "metadata: 70008 bytes, 65536 at most" },
    };

    public static TheoryData<float[], string> BadVectors { get; } = new()
    {
        { [], "vector: 0 numbers, the collection has dimension 2" },
        { [1, 2, 3], "vector: 3 numbers, the collection has dimension 2" },
        { [1, float.NaN], "vector[1]: NaN is not a finite number" },
        { [float.NegativeInfinity, 1], "is not a finite number" },
        { [0, 0], "vector: all zero" },
        { [1e-17f, 9e-18f], "vector: all zero (or too small to square)" },
        { [1e30f, 1], "vector: too large" },
    };

    [Fact]
    public void A_good_record_has_no_problems() => Assert.Empty(RecordRules.Check(Spec, [Good, Good with { Text = null, Metadata = null }]));

    [Fact]
    public void Zero_is_a_vector_where_no_direction_is_needed() =>
        Assert.Null(RecordRules.CheckVector(Spec with { Metric = Metric.Euclidean }, [0, 0]));

    [Fact]
    public void As_many_values_as_are_allowed_are_no_problem() => Assert.Empty(RecordRules.Check(
        Spec, [Good with { Metadata = (JsonObject)JsonNode.Parse("{\"a\":[" + string.Join(',', Enumerable.Repeat("1", 999)) + "]}")! }]));

    [Theory]
    [InlineData(Metric.Euclidean, 3)]
    [InlineData(Metric.Euclidean, 64)]
    [InlineData(Metric.Euclidean, 1_536)]
    [InlineData(Metric.Euclidean, 16_000)]
    [InlineData(Metric.Dot, 64)]
    [InlineData(Metric.Dot, 16_000)]
    public void The_longest_vectors_that_may_be_stored_are_found(Metric metric, int dimension)
    {
        var spec = new CollectionSpec("c", dimension, metric);
        var (least, most) = (0f, 1e19f);
        while (MathF.BitIncrement(least) < most)
        {
            var middle = (least + most) / 2;
            (least, most) = RecordRules.CheckVector(spec, Long(middle)) is null ? (middle, most) : (least, middle);
        }

        var index = new VectorIndex(metric, dimension);
        for (var n = 1; n <= 200; n++)
        {
            index.Append(n, Long(-least), []);
        }

        index.Append(201, Long(least), []);
        index.Publish(201);
        var found = index.Search(new SearchRequest(Long(least), TopK: 10, Filter: null, Exact: false, Minimum: null));

        Assert.Contains("too large", RecordRules.CheckVector(spec, Long(most)), StringComparison.Ordinal);
        Assert.Equal(10, found.Length);
        Assert.Equal(201, found[0].Sequence);
        Assert.All(found, neighbour => Assert.True(float.IsFinite(neighbour.Score)));

        float[] Long(float length) => [.. Enumerable.Repeat(length / MathF.Sqrt(dimension), dimension)];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_536)]
    [InlineData(16_000)]
    public void The_shortest_vectors_that_may_be_stored_have_the_directions_that_they_have_and_so_have_shorter_ones_of_earlier_releases(int dimension)
    {
        var spec = new CollectionSpec("c", dimension, Metric.Cosine);
        var (query, direction) = (Search.Vectors.Normal(1, dimension), Search.Vectors.Normal(2, dimension));
        var (least, most) = (0f, 1f);
        while (MathF.BitIncrement(least) < most)
        {
            var middle = (least + most) / 2;
            (least, most) = RecordRules.CheckVector(spec, Scaled(middle)) is null ? (least, middle) : (middle, most);
        }

        var index = new VectorIndex(Metric.Cosine, dimension);
        float[] scales = [1, most, least, most / 1_000, most / 20_000, most / 100_000];
        for (var n = 0; n < scales.Length; n++)
        {
            index.Append(n + 1, Scaled(scales[n]), []);
        }

        index.Publish(scales.Length);
        var found = index.Search(new SearchRequest(query, TopK: 10, Filter: null, Exact: true, Minimum: null));

        Assert.Equal(scales.Length, found.Length);
        var score = found.Single(neighbour => neighbour.Sequence == 1).Score;
        Assert.All(found, neighbour => Assert.InRange(neighbour.Score, score - 3e-6f, score + 3e-6f));

        float[] Scaled(float scale) => Array.ConvertAll(direction, number => number * scale);
    }

    [Theory]
    [MemberData(nameof(BadVectors))]
    public void A_bad_vector_is_named(float[] vector, string reason) => Refuses(Good with { Vector = vector }, reason);

    [Theory]
    [MemberData(nameof(BadMetadata))]
    public void Bad_metadata_is_named_with_its_place(string json, string reason) =>
        Refuses(Good with { Metadata = (JsonObject)JsonNode.Parse(json)! }, reason);

    [Fact]
    public void What_a_huge_key_costs_does_not_grow_with_the_values_below_it()
    {
        const int Length = 1_000_000;
        var metadata = new JsonObject { [new string('k', Length)] = new JsonArray([.. Enumerable.Range(0, 900).Select(item => (JsonNode)item)]) };
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reason = RecordRules.CheckMetadata(metadata);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * Length);
        Assert.Contains("65536 at most", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_huge_key_or_number_the_beginning_is_told()
    {
        var reason = RecordRules.CheckMetadata((JsonObject)JsonNode.Parse($$"""{"{{new string('k', 100_000)}}":1{{new string('0', 100_000)}}}""")!);

        Assert.StartsWith("metadata.kkk", reason, StringComparison.Ordinal);
        Assert.EndsWith("... is outside the range of a double", reason, StringComparison.Ordinal);
        Assert.InRange(reason!.Length, 0, 300);
    }

    [Fact]
    public void A_bad_id_is_named()
    {
        Refuses(Good with { Id = "" }, "id: missing");
        Refuses(Good with { Id = "a\n" }, "id: holds a control character");
        Refuses(Good with { Id = "\ud800" }, "id: holds half of a surrogate pair");
        Refuses(Good with { Id = new string('x', 257) }, "id: 257 characters, 256 at most");
    }

    [Fact]
    public void A_text_that_is_too_long_or_holds_a_null_is_named()
    {
        Refuses(Good with { Text = new string('x', 10_000_000) }, "text: 10000000 characters, 1048576 at most");
        Refuses(Good with { Text = "a\0" }, "text: holds the character U+0000");
    }

    [Fact]
    public void Every_bad_record_of_a_batch_is_listed_by_its_place()
    {
        var problems = RecordRules.Check(Spec, [Good, Good with { Id = "" }, Good, Good with { Vector = default }]);

        Assert.Equal([1, 3], problems.Select(problem => problem.Index));
    }

    private static void Refuses(Record record, string reason) =>
        Assert.Contains(reason, Assert.Single(RecordRules.Check(Spec, [record])).Reason, StringComparison.Ordinal);
}
