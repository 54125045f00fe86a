using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace VectorDb.Core.Search;

/// <param name="Upper">The score that it has at most, as far as is known; but for one in a hundred.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Candidate(float Upper, int Segment, int Row);

/// <summary>Lists for one step of a search, used again by later ones: a hard query has tens of thousands of candidates.</summary>
internal static class Candidates
{
    private const int LargestKept = 1 << 18;

    private static readonly ConcurrentBag<List<Candidate>> Idle = [];

    public static List<Candidate> Rent() => Idle.TryTake(out var list) ? list : [];

    public static void Return(List<Candidate> list)
    {
        if (list.Capacity <= LargestKept)
        {
            list.Clear();
            Idle.Add(list);
        }
    }
}
