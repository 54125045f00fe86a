namespace VectorDb.Core.Search;

/// <summary>A query in the forms that codes are compared with.</summary>
internal sealed class CodedQuery
{
    public CodedQuery(Rotation rotation, ReadOnlySpan<float> query)
    {
        Rotated = new float[rotation.Dimension];
        rotation.Apply(query, Rotated);
        Sketch = new SketchQuery(Rotated);
        Signs = new SignQuery(Rotated);
    }

    public float[] Rotated { get; }

    public SketchQuery Sketch { get; }

    public SignQuery Signs { get; }
}
