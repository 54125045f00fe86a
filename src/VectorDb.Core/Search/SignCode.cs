namespace VectorDb.Core.Search;

/// <summary>Signs, one bit a dimension, set where the vector is positive; score = addend + scale * agreement, up to what is the same for the segment.</summary>
internal readonly ref struct SignCode
{
    public SignCode(ReadOnlySpan<ulong> words) => Words = words;

    public ReadOnlySpan<ulong> Words { get; }

    public ReadOnlySpan<ulong> Signs => Words[..^1];

    public float Addend => BitConverter.UInt32BitsToSingle((uint)Words[^1]);

    public float Scale => BitConverter.UInt32BitsToSingle((uint)(Words[^1] >> 32));

    public static ulong Numbers(float addend, float scale) =>
        BitConverter.SingleToUInt32Bits(addend) | (ulong)BitConverter.SingleToUInt32Bits(scale) << 32;
}
