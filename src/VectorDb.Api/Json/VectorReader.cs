using System.Buffers.Text;
using System.Text.Json;

namespace VectorDb.Api.Json;

/// <summary>
/// Reads an array of numbers straight into floats. A token at a time through <see cref="Utf8JsonReader"/> would cost most of
/// a request: a query of 1,536 numbers is read in tens of microseconds this way.
/// </summary>
internal static class VectorReader
{
    private const int MostDigits = 18;
    private static readonly double[] PowersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <param name="json">Text that begins behind the array's opening bracket.</param>
    /// <param name="target">As long as the vector has to be.</param>
    /// <param name="count">Numbers read; may be more than <paramref name="target"/> holds.</param>
    /// <param name="consumed">Bytes up to the closing bracket, which is not one of them.</param>
    /// <returns>Null, or what is wrong with the first element that is no finite number.</returns>
    public static string? Read(ReadOnlySpan<byte> json, Span<float> target, out int count, out int consumed)
    {
        count = 0;
        var at = SkipSpace(json, 0);
        if (at < json.Length && json[at] == (byte)']')
        {
            consumed = at;
            return null;
        }

        while (true)
        {
            var size = Number(json[at..], out var value);
            if (size == 0 || !float.IsFinite(value))
            {
                consumed = at;
                return size == 0 ? $"element {count} is not a number" : $"element {count} is not a finite number";
            }

            if (count < target.Length)
            {
                target[count] = value;
            }

            count++;
            at = SkipSpace(json, at + size);
            if (at >= json.Length || json[at] is not ((byte)',' or (byte)']'))
            {
                consumed = Math.Min(at, json.Length);
                return $"element {count - 1} is not a number";
            }

            if (json[at] == (byte)']')
            {
                consumed = at;
                return null;
            }

            at = SkipSpace(json, at + 1);
        }
    }

    /// <summary>One number of the JSON grammar. Up to 18 digits and a small exponent are exact in double arithmetic; the rest goes the long way.</summary>
    /// <returns>Its length in bytes, or 0 when there is none.</returns>
    private static int Number(ReadOnlySpan<byte> json, out float value)
    {
        value = 0;
        var at = 0;
        var negative = json.Length > 0 && json[0] == (byte)'-';
        at += negative ? 1 : 0;
        var mantissa = 0UL;
        var whole = Digits(json[at..], ref mantissa);
        if (whole == 0 || (whole > 1 && json[at] == (byte)'0'))
        {
            return 0;
        }

        at += whole;
        var fraction = 0;
        if (at < json.Length && json[at] == (byte)'.')
        {
            fraction = Digits(json[(at + 1)..], ref mantissa);
            if (fraction == 0)
            {
                return 0;
            }

            at += 1 + fraction;
        }

        var exponent = 0;
        if (at < json.Length && json[at] is (byte)'e' or (byte)'E')
        {
            var size = Exponent(json[at..], out exponent);
            if (size == 0)
            {
                return 0;
            }

            at += size;
        }

        var scale = exponent - fraction;
        if (whole + fraction <= MostDigits && mantissa < 1UL << 53 && Math.Abs(scale) < PowersOfTen.Length)
        {
            var magnitude = scale < 0 ? mantissa / PowersOfTen[-scale] : mantissa * PowersOfTen[scale];
            value = (float)(negative ? -magnitude : magnitude);
            return at;
        }

        return Utf8Parser.TryParse(json[..at], out value, out var parsed) && parsed == at ? at : 0;
    }

    private static int Digits(ReadOnlySpan<byte> json, ref ulong mantissa)
    {
        var at = 0;
        for (; at < json.Length && (uint)(json[at] - '0') <= 9; at++)
        {
            mantissa = (mantissa * 10) + (uint)(json[at] - '0');
        }

        return at;
    }

    private static int Exponent(ReadOnlySpan<byte> json, out int exponent)
    {
        var at = 1;
        var negative = at < json.Length && json[at] == (byte)'-';
        at += at < json.Length && json[at] is (byte)'-' or (byte)'+' ? 1 : 0;
        var value = 0UL;
        var digits = Digits(json[at..], ref value);
        var bounded = (int)Math.Min(digits > 4 ? 9999 : value, 9999);
        exponent = negative ? -bounded : bounded;
        return digits == 0 ? 0 : at + digits;
    }

    private static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }
}
