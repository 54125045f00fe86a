namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// Retries are paid for by successes: a tenth of the requests may be retries for good, more only for a short while. An outage is not
/// made worse by everyone asking again and again.
/// </summary>
internal sealed class RetryBudget
{
    private const double Most = 10;
    private const double EarnedBySuccess = 0.1;
    private readonly Lock _gate = new();
    private double _left = Most;

    public void Earn()
    {
        lock (_gate)
        {
            _left = Math.Min(Most, _left + EarnedBySuccess);
        }
    }

    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
