using Cake.Core;

namespace Cake.Frosting;

/// <summary>A task on Cake's own context.</summary>
public abstract class FrostingTask : FrostingTask<ICakeContext>;

/// <summary>A task on a context of the build's own. Only what a class overrides is registered with the engine.</summary>
/// <typeparam name="T">The context that the host was given with <c>UseContext</c>, or a base of it.</typeparam>
public abstract class FrostingTask<T> : IFrostingTask
    where T : ICakeContext
{
    /// <summary>Does the work.</summary>
    public virtual void Run(T context)
    {
    }

    /// <summary>Whether the work has to be done.</summary>
    public virtual bool ShouldRun(T context) => true;

    /// <summary>Handles an exception of <see cref="Run"/>. The run goes on unless this throws.</summary>
    public virtual void OnError(Exception exception, T context)
    {
    }

    /// <summary>Runs last, whether the work succeeded or failed.</summary>
    public virtual void Finally(T context)
    {
    }

    Task IFrostingTask.RunAsync(ICakeContext context)
    {
        Run(Given.Context<T>(context));
        return Task.CompletedTask;
    }

    bool IFrostingTask.ShouldRun(ICakeContext context) => ShouldRun(Given.Context<T>(context));

    void IFrostingTask.OnError(Exception exception, ICakeContext context) => OnError(Given.Value(exception), Given.Context<T>(context));

    void IFrostingTask.Finally(ICakeContext context) => Finally(Given.Context<T>(context));
}
