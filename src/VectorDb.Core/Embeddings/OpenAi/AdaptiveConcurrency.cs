namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// Requests under way at once: one more after as many good answers, one less after a failure, half when the limit is reached. A failure
/// now and then, which services have, must not cost the pace: that needs more than one request under way.
/// </summary>
internal sealed class AdaptiveConcurrency(int most)
{
    private const int Start = 4;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private double _limit = Math.Min(Start, most);
    private int _running;

    public int Limit
    {
        get
        {
            lock (_gate)
            {
                return (int)_limit;
            }
        }
    }

    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource? turn = null;
        lock (_gate)
        {
            if (_running < (int)_limit)
            {
                _running++;
                return;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        await using (cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken)))
        {
            await turn.Task;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _running--;
            Admit();
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _limit = Math.Min(most, _limit + (1 / _limit));
            Admit();
        }
    }

    public void Failed() => ReduceTo(static limit => limit - 1);

    public void LimitReached() => ReduceTo(static limit => limit / 2);

    private void ReduceTo(Func<double, double> next)
    {
        lock (_gate)
        {
            _limit = Math.Max(1, next(_limit));
        }
    }

    private void Admit()
    {
        while (_running < (int)_limit && _waiting.TryDequeue(out var turn))
        {
            // One that was cancelled while it waited takes no place.
            _running += turn.TrySetResult() ? 1 : 0;
        }
    }
}
