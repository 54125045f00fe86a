using FsCheck.Xunit;
using VectorDb.Core.Collections;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class VectorIndexHistoryTests
{
    /// <summary>Any history of additions, removals and publications: a search sees exactly what was published.</summary>
    [Property(MaxTest = 20)]
    public bool A_search_sees_just_the_records_that_were_alive_when_published(byte[] steps)
    {
        const int Dimension = 33;
        var index = new VectorIndex(Metric.Euclidean, Dimension);
        var (alive, published, sequence) = (new HashSet<long>(), new HashSet<long>(), 0L);
        foreach (var step in steps)
        {
            switch (step % 4)
            {
                case 0 or 1:
                    for (var i = 0; i <= step; i++)
                    {
                        index.Append(++sequence, Vectors.Normal((int)sequence, Dimension), []);
                        alive.Add(sequence);
                    }

                    break;
                case 2 when sequence > 0:
                    var victim = 1 + (step * 7919L % sequence);
                    index.Remove(victim);
                    alive.Remove(victim);
                    break;
                case 3:
                    index.Publish(sequence);
                    published = [.. alive];
                    break;
            }

            var request = new SearchRequest(Vectors.Normal(-1, Dimension), 10_000, Filter: null, Exact: false, Minimum: null);
            if (!index.Search(request).Select(neighbour => neighbour.Sequence).ToHashSet().SetEquals(published))
            {
                return false;
            }
        }

        return true;
    }
}
