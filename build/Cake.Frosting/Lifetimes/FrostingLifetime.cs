using Cake.Core;

namespace Cake.Frosting;

/// <summary>Both ends of a run, on Cake's own context.</summary>
public abstract class FrostingLifetime : FrostingLifetime<ICakeContext>;

/// <summary>Both ends of a run, on a context of the build's own.</summary>
public abstract class FrostingLifetime<TContext> : IFrostingLifetime
    where TContext : ICakeContext
{
    /// <summary>When this fails no task runs, but the teardown does.</summary>
    public abstract void Setup(TContext context, ISetupContext info);

    /// <summary>Runs also when the setup or a task failed.</summary>
    public abstract void Teardown(TContext context, ITeardownContext info);

    void IFrostingSetup.Setup(ICakeContext context, ISetupContext info) => Setup(Given.Context<TContext>(context), Given.Value(info));

    void IFrostingTeardown.Teardown(ICakeContext context, ITeardownContext info) =>
        Teardown(Given.Context<TContext>(context), Given.Value(info));
}
