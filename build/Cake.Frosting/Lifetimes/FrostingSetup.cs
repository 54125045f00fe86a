using Cake.Core;

namespace Cake.Frosting;

/// <summary>The start of a run, on Cake's own context.</summary>
public abstract class FrostingSetup : FrostingSetup<ICakeContext>;

/// <summary>The start of a run, on a context of the build's own.</summary>
public abstract class FrostingSetup<TContext> : IFrostingSetup
    where TContext : ICakeContext
{
    /// <summary>When this fails no task runs, but the teardown does.</summary>
    public abstract void Setup(TContext context, ISetupContext info);

    void IFrostingSetup.Setup(ICakeContext context, ISetupContext info) => Setup(Given.Context<TContext>(context), Given.Value(info));
}
