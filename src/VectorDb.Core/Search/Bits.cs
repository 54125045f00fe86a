using System.Numerics;

namespace VectorDb.Core.Search;

/// <summary>The places of the bits that are set in a mask of rows, in order.</summary>
internal ref struct Bits
{
    private readonly ReadOnlySpan<ulong> _mask;
    private ulong _rest;
    private int _word;

    public Bits(ReadOnlySpan<ulong> mask)
    {
        _mask = mask;
        _word = -1;
    }

    public readonly int Current => (_word * 64) + BitOperations.TrailingZeroCount(_rest);

    public static int Count(ReadOnlySpan<ulong> mask)
    {
        var count = 0;
        foreach (var word in mask)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    public readonly Bits GetEnumerator() => this;

    public bool MoveNext()
    {
        _rest &= _rest - 1;
        while (_rest == 0)
        {
            if (++_word == _mask.Length)
            {
                return false;
            }

            _rest = _mask[_word];
        }

        return true;
    }
}
