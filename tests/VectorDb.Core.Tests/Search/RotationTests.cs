using System.Numerics.Tensors;
using VectorDb.Core.Search;

namespace VectorDb.Core.Tests.Search;

public sealed class RotationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(384)]
    [InlineData(512)]
    [InlineData(700)]
    [InlineData(1536)]
    [InlineData(3072)]
    public void A_rotation_keeps_inner_products_and_spreads_a_single_peak_over_all_dimensions(int dimension)
    {
        var rotation = new Rotation(dimension);
        var (left, right) = (Vectors.Normal(1, dimension), Vectors.Normal(2, dimension));
        var (leftRotated, rightRotated) = (new float[rotation.Dimension], new float[rotation.Dimension]);
        rotation.Apply(left, leftRotated);
        rotation.Apply(right, rightRotated);

        Assert.Equal(TensorPrimitives.Dot<float>(left, right), TensorPrimitives.Dot<float>(leftRotated, rightRotated), 1e-4f * dimension);
        Assert.Equal(TensorPrimitives.Norm<float>(left), TensorPrimitives.Norm<float>(leftRotated), 1e-4f * dimension);

        var peak = new float[dimension];
        peak[dimension / 2] = 1;
        rotation.Apply(peak, leftRotated);
        Assert.InRange(leftRotated.Max(Math.Abs), 0, 8 / MathF.Sqrt(rotation.Dimension));
    }
}
