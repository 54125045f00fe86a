namespace VectorDb.Build.Tasks;

/// <summary>Marks a target that changes the environment: its whole chain, the build included, runs under the environment's lock.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ChangesEnvironmentAttribute : Attribute
{
    /// <summary>Whether it may run while deploys are frozen.</summary>
    public bool DespiteFreeze { get; init; }

    /// <summary>Whether it takes the lock from a run that only waits for somebody to approve its plan.</summary>
    public bool OverWaiting { get; init; }

    /// <summary>Whether it may run where the environment's own lock is gone: it goes on with taking the environment away.</summary>
    public bool AlsoWithoutLock { get; init; }

    /// <summary>Runs the preflight before the lock is taken; that of the local environment looks at the settings alone.</summary>
    public bool NeedsPreflight { get; init; }
}
