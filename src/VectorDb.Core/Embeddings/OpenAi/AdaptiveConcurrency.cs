namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>Requests under way at once: one more after as many good answers in a row, half after a sign of overload.</summary>
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

    public void Overloaded()
    {
        lock (_gate)
        {
            _limit = Math.Max(1, _limit / 2);
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
