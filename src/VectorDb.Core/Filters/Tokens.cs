using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace VectorDb.Core.Filters;

/// <summary>
/// Strings and booleans as 64-bit numbers that compare in a vector register. Two different strings share one with a chance of 1 in 2^63;
/// the seed is this process's own, so that nobody can choose strings that do.
/// </summary>
internal static class Tokens
{
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // Strings have the lowest bit set; booleans are the two smallest even numbers; zero stands for nothing.
    public static ulong Of(bool flag) => flag ? 2ul : 4ul;

    public static ulong Of(ReadOnlySpan<char> text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), Seed) | 1;

    /// <param name="reader">At a string.</param>
    public static ulong Of(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > 512)
        {
            return Of(reader.GetString().AsSpan());
        }

        Span<char> buffer = stackalloc char[512];
        return Of(buffer[..reader.CopyString(buffer)]);
    }
}
