namespace VectorDb.Core.Search;

/// <summary>
/// The score that the k-th best result is already certain to reach, raised by all threads of a search: what cannot reach it is ruled out.
/// </summary>
internal sealed class ScoreBar(int topK, float minimum)
{
    private readonly Lock _raising = new();
    private readonly TopK _certain = new(topK);
    private float _value = minimum;

    public float Value => Volatile.Read(ref _value);

    /// <param name="certain">A score that some record not seen before has at least.</param>
    public void Raise(float certain)
    {
        if (certain <= Value)
        {
            return;
        }

        lock (_raising)
        {
            _certain.Offer(sequence: 0, certain);
            Volatile.Write(ref _value, Math.Max(_value, _certain.Threshold));
        }
    }
}
