using Cake.Core;

namespace Cake.Frosting;

/// <summary>An asynchronous task on Cake's own context.</summary>
public abstract class AsyncFrostingTask : AsyncFrostingTask<ICakeContext>;

/// <summary>An asynchronous task on a context of the build's own. Only what a class overrides is registered with the engine.</summary>
/// <typeparam name="T">The context that the host was given with <c>UseContext</c>, or a base of it.</typeparam>
public abstract class AsyncFrostingTask<T> : IFrostingTask
    where T : ICakeContext
{
    /// <summary>Does the work.</summary>
    public virtual Task RunAsync(T context) => Task.CompletedTask;

    /// <summary>Whether the work has to be done.</summary>
    public virtual bool ShouldRun(T context) => true;

    /// <summary>Handles an exception of <see cref="RunAsync"/>. The run goes on unless this throws.</summary>
    public virtual void OnError(Exception exception, T context) => ArgumentNullException.ThrowIfNull(exception);

    /// <summary>Runs last, whether the work succeeded or failed.</summary>
    public virtual void Finally(T context)
    {
    }

    Task IFrostingTask.RunAsync(ICakeContext context) => RunAsync(Given.Context<T>(context));

    bool IFrostingTask.ShouldRun(ICakeContext context) => ShouldRun(Given.Context<T>(context));

    void IFrostingTask.OnError(Exception exception, ICakeContext context) => OnError(Given.Value(exception), Given.Context<T>(context));

    void IFrostingTask.Finally(ICakeContext context) => Finally(Given.Context<T>(context));
}
