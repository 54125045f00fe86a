using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Cake.Core;
using Cake.Core.Diagnostics;
using Cake.Frosting;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Preflight;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

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

    /// <summary>Whether all that would stop it is looked for before anything, the lock included, is touched; this machine needs no such look.</summary>
    public bool NeedsPreflight { get; init; }
}

/// <summary>Takes the lock before the first task of such a target, gives it back after the last, however that ended, and leaves the reports of the run.</summary>
public sealed class ReleaseLifetime(ReleaseGate gate, IPreflight preflight, RunReporter reporter, IEnumerable<IFrostingTask> tasks) : FrostingLifetime<BuildContext>
{
    /// <inheritdoc/>
    public override void Setup(BuildContext context, ISetupContext info)
    {
        var task = tasks.Select(task => task.GetType()).FirstOrDefault(type => type.GetCustomAttribute<TaskNameAttribute>()?.Name == info.TargetTask.Name);
        if (task?.GetCustomAttribute<ChangesEnvironmentAttribute>() is { } changes && !context.Value(Options.DryRun))
        {
            if (changes.NeedsPreflight && context.Value(Options.Environment) != Options.Environment.Default)
            {
                preflight.EnsureAsync(context.Cancellation).GetAwaiter().GetResult();
            }

            Enter(context, info.TargetTask.Name, changes);
        }
    }

    /// <inheritdoc/>
    public override void Teardown(BuildContext context, ITeardownContext info)
    {
        Leave(context);
        if (info.ThrownException is CakeException { ExitCode: > 1 } failure)
        {
            // Cake itself reports every failed run as 1.
            context.ExitCode = failure.ExitCode;
        }

        reporter.WriteAsync(context.Value(Options.Target) ?? "", info.ThrownException, context.ExitCode).GetAwaiter().GetResult();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever kept the lock from being given back, the run's own end is what its report is about.")]
    private void Leave(BuildContext context)
    {
        try
        {
            gate.LeaveAsync().GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            context.Log.Warning($"The lock could not be given back: {failure.Message} It ends by itself within a minute.");
        }
    }

    private void Enter(BuildContext context, string purpose, ChangesEnvironmentAttribute changes)
    {
        try
        {
            gate.EnterAsync(purpose, changes.DespiteFreeze, changes.OverWaiting, context.Cancellation).GetAwaiter().GetResult();
        }
        catch (NotBootstrappedException) when (changes.AlsoWithoutLock)
        {
            // There is no release that it could keep out.
        }
    }
}
