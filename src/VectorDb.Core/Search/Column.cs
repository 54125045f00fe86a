using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorDb.Core.Search;

/// <summary>
/// The values of one metadata key in one segment: pairs of row and value, in row order; an array in the metadata gives several
/// pairs of one row. One writer appends while readers scan: what they see beyond their snapshot they mask off.
/// </summary>
internal sealed class Column<T>
    where T : unmanaged, INumber<T>
{
    private Cells _cells = new([], [], 0, IsDense: true);

    public void Add(int row, T value)
    {
        var (rows, values, count, isDense) = _cells;
        if (count == rows.Length)
        {
            Array.Resize(ref rows, Math.Max(16, count * 2));
            Array.Resize(ref values, rows.Length);
        }

        rows[count] = (ushort)row;
        values[count] = value;
        Volatile.Write(ref _cells, new Cells(rows, values, count + 1, isDense && row == count));
    }

    /// <summary>Sets the bit of every row with a value in [low, high].</summary>
    /// <param name="mask">One bit for each row that a segment can have: the writer may be far ahead of the caller's snapshot.</param>
    public void Select(T low, T high, Span<ulong> mask)
    {
        var (rows, values, count, isDense) = Volatile.Read(ref _cells);
        var lows = Vector512.Create(low);
        var highs = Vector512.Create(high);
        var lanes = Vector512<T>.Count;
        var index = 0;
        for (; index <= count - lanes; index += lanes)
        {
            var value = Vector512.LoadUnsafe(ref values[index]);
            var hits = (Vector512.GreaterThanOrEqual(value, lows) & Vector512.LessThanOrEqual(value, highs)).ExtractMostSignificantBits();
            if (isDense)
            {
                mask[index >> 6] |= hits << (index & 63);
                continue;
            }

            for (; hits != 0; hits &= hits - 1)
            {
                Set(mask, rows[index + BitOperations.TrailingZeroCount(hits)]);
            }
        }

        for (; index < count; index++)
        {
            if (values[index] >= low && values[index] <= high)
            {
                Set(mask, rows[index]);
            }
        }
    }

    /// <summary>Whether it has a pair of a row that is kept.</summary>
    /// <param name="places">For each row where it is kept, or a negative number.</param>
    public bool HasAny(ReadOnlySpan<int> places)
    {
        var (rows, _, count, _) = Volatile.Read(ref _cells);
        foreach (var row in rows.AsSpan(0, count))
        {
            if (places[row] >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds the pairs of the rows that are kept.</summary>
    /// <param name="places">For each row of <paramref name="other"/> its row here, or a negative number.</param>
    public void AddFrom(Column<T> other, ReadOnlySpan<int> places)
    {
        var (rows, values, count, _) = Volatile.Read(ref other._cells);
        for (var i = 0; i < count; i++)
        {
            if (places[rows[i]] is var place and >= 0)
            {
                Add(place, values[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Set(Span<ulong> mask, int row) => mask[row >> 6] |= 1ul << (row & 63);

    // IsDense: pair i is of row i, so that comparison bits are mask bits.
    private sealed record Cells(ushort[] Rows, T[] Values, int Count, bool IsDense);
}
