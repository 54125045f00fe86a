using Cake.Core;

namespace Cake.Frosting;

/// <summary>The end of a run, on Cake's own context.</summary>
public abstract class FrostingTeardown : FrostingTeardown<ICakeContext>;

/// <summary>The end of a run, on a context of the build's own.</summary>
public abstract class FrostingTeardown<TContext> : IFrostingTeardown
    where TContext : ICakeContext
{
    /// <summary>Runs also when the setup or a task failed.</summary>
    public abstract void Teardown(TContext context, ITeardownContext info);

    void IFrostingTeardown.Teardown(ICakeContext context, ITeardownContext info) =>
        Teardown(Given.Context<TContext>(context), Given.Value(info));
}
