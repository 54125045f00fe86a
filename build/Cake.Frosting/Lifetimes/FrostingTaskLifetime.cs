using Cake.Core;

namespace Cake.Frosting;

/// <summary>Both ends of each task, on Cake's own context.</summary>
public abstract class FrostingTaskLifetime : FrostingTaskLifetime<ICakeContext>;

/// <summary>Both ends of each task, on a context of the build's own.</summary>
public abstract class FrostingTaskLifetime<TContext> : IFrostingTaskLifetime
    where TContext : ICakeContext
{
    /// <summary>When this fails the task does not run, but its teardown does.</summary>
    public abstract void Setup(TContext context, ITaskSetupContext info);

    /// <summary>Runs also when the task or its setup failed.</summary>
    public abstract void Teardown(TContext context, ITaskTeardownContext info);

    void IFrostingTaskSetup.Setup(ICakeContext context, ITaskSetupContext info) =>
        Setup(Given.Context<TContext>(context), Given.Value(info));

    void IFrostingTaskTeardown.Teardown(ICakeContext context, ITaskTeardownContext info) =>
        Teardown(Given.Context<TContext>(context), Given.Value(info));
}
