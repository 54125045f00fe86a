using System.Runtime.ExceptionServices;

namespace VectorDb.Core.Search;

/// <summary>
/// The caller's thread and as many helpers as there are idle cores, through the phases of one search. A helper that the thread pool is slow to
/// bring is not waited for; it joins the phase that is going on when it comes.
/// </summary>
internal sealed class Crew : IThreadPoolWorkItem, IDisposable
{
    private static int _crews;

    private Phase? _current = new(static () => { });

    /// <param name="most">Helpers that there is work for.</param>
    public Crew(int most)
    {
        var crews = Interlocked.Increment(ref _crews);
        for (var helpers = Math.Min(Environment.ProcessorCount - crews, most); helpers > 0; helpers--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Runs it on every thread that is there, and returns when all of them are through with it; what it throws on any comes out here.</summary>
    /// <param name="work">Takes pieces of the phase until none is left.</param>
    public void Run(Action work)
    {
        var phase = new Phase(work);
        Volatile.Write(ref _current, phase);
        phase.Lead();
    }

    public void Dispose()
    {
        Volatile.Write(ref _current, value: null);
        Interlocked.Decrement(ref _crews);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Phase? last = null;
        var spinner = new SpinWait();
        while (Volatile.Read(ref _current) is { } phase)
        {
            if (phase != last)
            {
                phase.Help();
                last = phase;
                spinner.Reset();
            }

            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    private sealed class Phase(Action work)
    {
        private int _working = 1;
        private ExceptionDispatchInfo? _failure;

        public void Lead()
        {
            Work();
            // A helper that has not begun by now would find nothing left: only those at work are waited for.
            var spinner = new SpinWait();
            while (Interlocked.CompareExchange(ref _working, int.MinValue, 1) != 1)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }

            _failure?.Throw();
        }

        public void Help()
        {
            if (Interlocked.Increment(ref _working) > 0)
            {
                Work();
            }

            Interlocked.Decrement(ref _working);
        }

        // Unhandled on a thread of the pool it would end the process.
        private void Work()
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), comparand: null);
            }
        }
    }
}
