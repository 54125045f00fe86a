using System.Globalization;
using System.Text;
using FsCheck.Xunit;
using VectorDb.Api.Json;

namespace VectorDb.Api.Tests;

public sealed class VectorReaderTests
{
    [Property(MaxTest = 1000)]
    public bool Every_float_is_read_as_it_was_written(float value) =>
        !float.IsFinite(value) || BitConverter.SingleToInt32Bits(One(value.ToString("R", CultureInfo.InvariantCulture))) == BitConverter.SingleToInt32Bits(value);

    [Property(MaxTest = 1000)]
    public bool Every_double_is_read_as_the_nearest_float(double value) =>
        !double.IsFinite(value) || !float.IsFinite((float)value) || Near(One(value.ToString("R", CultureInfo.InvariantCulture)), (float)value);

    [Theory]
    [InlineData("0", 0f)]
    [InlineData("-0.0", -0f)]
    [InlineData("1E+2", 100f)]
    [InlineData("12345678901234567890", 1.2345679e19f)]
    [InlineData("0.1234567890123456789012345", 0.12345679f)]
    [InlineData("1e-60", 0f)]
    [InlineData("1.5e-40", 1.5e-40f)]
    public void Numbers_of_every_form_are_read(string text, float expected) => Assert.Equal(expected, One(text));

    [Theory]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("-")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("NaN")]
    [InlineData("1 2")]
    [InlineData("1e39")]
    [InlineData("1,")]
    [InlineData("0x10")]
    public void What_is_no_finite_JSON_number_is_refused(string text) =>
        Assert.NotNull(VectorReader.Read(Encoding.UTF8.GetBytes(text + "]"), new float[1], out _, out _));

    [Fact]
    public void Spaces_count_for_nothing_and_more_numbers_than_fit_are_counted()
    {
        var target = new float[2];

        Assert.Null(VectorReader.Read(" 1 ,\n2\t, 3 ] tail"u8, target, out var count, out var consumed));

        Assert.Equal(3, count);
        Assert.Equal([1f, 2f], target);
        Assert.Equal(11, consumed);
    }

    private static bool Near(float read, float expected) => read.Equals(expected) || MathF.BitIncrement(read).Equals(expected) || MathF.BitDecrement(read).Equals(expected);

    private static float One(string text)
    {
        var target = new float[1];
        Assert.Null(VectorReader.Read(Encoding.UTF8.GetBytes(text + "]"), target, out var count, out _));
        Assert.Equal(1, count);
        return target[0];
    }
}
