using System.Text;
using VectorDb.Core.Filters;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class MetadataColumnsTests
{
    [Fact]
    public void Keys_of_records_that_are_gone_are_not_taken_over_into_a_merged_segment()
    {
        const int Rows = 2_000;
        var sparse = new MetadataColumns();
        var places = new int[Rows];
        for (var row = 0; row < Rows; row++)
        {
            sparse.Add(row, Encoding.UTF8.GetBytes($$"""{"number{{row}}":{{row}},"word{{row}}":"w","all":1}"""));
            places[row] = row == 700 ? 0 : -1;
        }

        var merged = new MetadataColumns();
        var before = GC.GetAllocatedBytesForCurrentThread();
        merged.AddFrom(sparse, places);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50 * Rows);
        Assert.True(Finds("""{"key":"number700","match":700}"""));
        Assert.True(Finds("""{"key":"word700","match":"w"}"""));
        Assert.True(Finds("""{"key":"all","match":1}"""));
        Assert.False(Finds("""{"key":"number701","match":701}"""));

        bool Finds(string test)
        {
            ulong[] mask = [1];
            merged.Narrow(new CompiledFilter(FilterParser.Parse($$"""{"must":[{{test}}]}""")), mask);
            return mask[0] == 1;
        }
    }
}
