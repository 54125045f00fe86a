namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>The pace of one process: for the API's own calls where there is no Redis, and while Redis is away.</summary>
internal sealed class LocalPacer(OpenAiOptions limits, TimeProvider time) : IPacer
{
    private readonly Lock _gate = new();
    private Pace _pace;

    public Task<TimeSpan> ReserveAsync(int tokens, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = Now();
            (_pace, var sendAt) = _pace.Reserve(now, tokens, limits);
            return Task.FromResult(TimeSpan.FromMicroseconds(sendAt - now));
        }
    }

    public Task CorrectAsync(int tokens, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _pace = _pace.Correct(tokens, limits);
        }

        return Task.CompletedTask;
    }

    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _pace = _pace.PauseUntil(Now() + (long)pause.TotalMicroseconds);
        }

        return Task.CompletedTask;
    }

    private long Now() => (long)time.GetElapsedTime(0).TotalMicroseconds;
}
