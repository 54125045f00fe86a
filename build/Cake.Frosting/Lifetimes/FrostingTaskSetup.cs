using Cake.Core;

namespace Cake.Frosting;

/// <summary>The start of each task, on Cake's own context.</summary>
public abstract class FrostingTaskSetup : FrostingTaskSetup<ICakeContext>;

/// <summary>The start of each task, on a context of the build's own.</summary>
public abstract class FrostingTaskSetup<TContext> : IFrostingTaskSetup
    where TContext : ICakeContext
{
    /// <summary>When this fails the task does not run, but its teardown does.</summary>
    public abstract void Setup(TContext context, ITaskSetupContext info);

    void IFrostingTaskSetup.Setup(ICakeContext context, ITaskSetupContext info) =>
        Setup(Given.Context<TContext>(context), Given.Value(info));
}
