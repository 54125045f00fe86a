using VectorDb.Core.Collections;

namespace VectorDb.Core.Search;

/// <summary>
/// A run of records in sequence order: their floats, codes and metadata. One writer appends behind what readers see; a full segment
/// never changes. The number of rows is a search's unit of work.
/// </summary>
internal sealed class Segment
{
    public const int MaximumRows = 4096;

    /// <summary>Below it a vector's floats are hardly more than its code.</summary>
    public const int SmallestCodedDimension = 32;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly Rotation _rotation;
    private readonly Slab.Part<float> _vectors;
    private readonly long[] _sequences;
    private int _encoded;

    /// <param name="capacity">Rows; a multiple of 64.</param>
    public Segment(Metric metric, int dimension, Rotation rotation, int capacity)
    {
        (_metric, _dimension, _rotation, Capacity) = (metric, dimension, rotation, capacity);
        var isCoded = dimension >= SmallestCodedDimension;
        var slab = new Slab(Slab.SizeOf<float>(capacity * dimension) + (isCoded ? CodeBlock.SizeOf(rotation, capacity) : 0));
        _vectors = slab.Take<float>(capacity * dimension);
        _sequences = new long[capacity];
        Codes = isCoded ? new CodeBlock(metric, rotation, capacity, slab) : null;
    }

    public int Capacity { get; }

    /// <summary>Rows written, by the writer's own view.</summary>
    public int Count { get; private set; }

    public MetadataColumns Metadata { get; private init; } = new();

    public CodeBlock? Codes { get; }

    public long Sequence(int row) => _sequences[row];

    /// <summary>Under cosine of length 1.</summary>
    public ReadOnlySpan<float> Vector(int row) => _vectors.Slice(row * _dimension, _dimension);

    public void Append(long sequence, ReadOnlySpan<float> vector, ReadOnlySpan<byte> metadata)
    {
        Similarity.Prepare(_metric, vector, _vectors.Slice(Count * _dimension, _dimension));
        _sequences[Count] = sequence;
        Metadata.Add(Count, metadata);
        Count++;
    }

    /// <summary>Makes the codes of the rows appended since the last time; before readers see them.</summary>
    public void Encode()
    {
        if (Codes is null)
        {
            return;
        }

        if (_encoded == 0)
        {
            Codes.CentreOn(_vectors.Slice(0, Count * _dimension), _dimension);
        }

        for (; _encoded < Count; _encoded++)
        {
            Codes.Encode(_encoded, Vector(_encoded));
        }
    }

    /// <summary>Appends the rows of another segment whose bits are set; all its sequences are greater than those here.</summary>
    public void AppendFrom(Segment other, ReadOnlySpan<ulong> alive)
    {
        Span<int> places = stackalloc int[other.Count];
        for (var row = 0; row < other.Count; row++)
        {
            if ((alive[row / 64] >> row % 64 & 1) == 0)
            {
                places[row] = -1;
                continue;
            }

            other.Vector(row).CopyTo(_vectors.Slice(Count * _dimension, _dimension));
            _sequences[Count] = other._sequences[row];
            places[row] = Count++;
        }

        Metadata.AddFrom(other.Metadata, places);
    }

    /// <returns>The row, or a negative number.</returns>
    public int Find(long sequence) => Array.BinarySearch(_sequences, 0, Count, sequence);

    /// <summary>The same rows with more room; their codes are made anew, around a mean that knows more of them.</summary>
    public Segment Grown()
    {
        var larger = new Segment(_metric, _dimension, _rotation, Math.Min(MaximumRows, Capacity * 4)) { Metadata = Metadata, Count = Count };
        _vectors.Slice(0, Count * _dimension).CopyTo(larger._vectors.Slice(0, Count * _dimension));
        _sequences.AsSpan(0, Count).CopyTo(larger._sequences);
        return larger;
    }
}
