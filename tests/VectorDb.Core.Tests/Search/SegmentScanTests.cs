using VectorDb.Core.Collections;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class SegmentScanTests
{
    private const int Rows = 2_048;

    /// <summary>What the recall of a search rests on.</summary>
    [Theory]
    [InlineData(Metric.Cosine, 384)]
    [InlineData(Metric.Cosine, 1536)]
    [InlineData(Metric.Dot, 700)]
    [InlineData(Metric.Euclidean, 700)]
    public void Hardly_any_score_is_above_the_bound_of_its_sketch_of_its_signs_or_of_both_its_bits(Metric metric, int dimension)
    {
        var rotation = new Rotation(dimension);
        var segment = new Segment(metric, dimension, rotation, Rows);
        for (var row = 0; row < Rows; row++)
        {
            segment.Append(row, Vectors.Clustered(row, dimension), []);
        }

        segment.Encode();
        var query = new float[dimension];
        Similarity.Prepare(metric, Vectors.Clustered(Rows, dimension), query);
        var scan = new SegmentScan(metric, new CodedQuery(rotation, query), segment.Codes!, segment: 0);
        var bar = new ScoreBar(topK: Rows, float.NegativeInfinity);
        var sketched = new List<Candidate>();
        var all = new ulong[Rows / 64];
        Array.Fill(all, ulong.MaxValue);
        scan.Sketch(all, bar, sketched);

        Assert.Equal(Enumerable.Range(0, Rows), sketched.Select(candidate => candidate.Row));
        var sharpened = sketched.ConvertAll(candidate => candidate with { Upper = scan.Sharpen(candidate.Row) });
        var refined = sharpened.ConvertAll(candidate => candidate with { Upper = scan.Refine(candidate.Row, candidate.Upper).Upper });
        Assert.InRange(sketched.Count(IsAbove), 0, Rows / 200);
        Assert.InRange(sharpened.Count(IsAbove), 0, Rows / 50);
        Assert.InRange(refined.Count(IsAbove), 0, Rows / 50);
        Assert.True(Excess(sharpened) < Excess(sketched));
        Assert.True(Excess(refined) < 0.7 * Excess(sharpened));

        float Score(Candidate candidate) => Similarity.Inner(metric, query, segment.Vector(candidate.Row));
        bool IsAbove(Candidate candidate) => Score(candidate) > candidate.Upper;
        double Excess(List<Candidate> bounded) => bounded.Average(candidate => (double)candidate.Upper - Score(candidate));
    }
}
