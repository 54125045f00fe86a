using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class SignQueryTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(1536)]
    public void The_sum_is_that_of_the_rounded_values_where_the_code_has_a_bit_set_in_either_way_of_adding(int dimension)
    {
        var values = Vectors.Normal(1, dimension);
        var query = new SignQuery(values);
        var random = new Random(2);
        var signs = new ulong[dimension / 64];
        for (var i = 0; i < signs.Length; i++)
        {
            signs[i] = (ulong)random.NextInt64() ^ ((ulong)random.Next() << 40);
        }

        var (sum, agreement) = (0, 0f);
        for (var i = 0; i < dimension; i++)
        {
            var isSet = (signs[i / 64] >> (i % 64) & 1) != 0;
            sum += isSet ? (int)MathF.Round(values[i] / query.Step) : 0;
            agreement += isSet ? values[i] : -values[i];
        }

        Assert.Equal(sum, query.Sum(signs));
        Assert.Equal(sum, query.SumCounts(signs));
        var allowed = 5 * MathF.Sqrt(query.RoundingVariance);
        Assert.InRange((2 * query.Step * sum) - query.Offset, agreement - allowed, agreement + allowed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void The_greatest_values_everywhere_do_not_overflow(int sign)
    {
        var query = new SignQuery([.. Enumerable.Repeat((float)sign, 4096)]);
        var signs = new ulong[64];
        Array.Fill(signs, ulong.MaxValue);

        Assert.Equal(sign * 7 * 4096, query.Sum(signs));
        Assert.Equal(sign * 7 * 4096, query.SumCounts(signs));
    }

    [Fact]
    public void A_query_of_zeros_agrees_with_nothing()
    {
        var query = new SignQuery(new float[512]);

        Assert.Equal(0, query.Sum([ulong.MaxValue, 1, 2, 3, 4, 5, 6, 7]));
        Assert.Equal(0, query.Offset);
    }
}
