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

/// <summary>Takes the lock before the first task of such a target, gives it back after the last, however that ended, and leaves the reports of the run.</summary>
public sealed class ReleaseLifetime(ReleaseGate gate, IPreflight preflight, RunReporter reporter, IEnumerable<IFrostingTask> tasks) : FrostingLifetime<BuildContext>
{
    /// <inheritdoc/>
    public override void Setup(BuildContext context, ISetupContext info)
    {
        var task = tasks.Select(task => task.GetType()).FirstOrDefault(type => type.GetCustomAttribute<TaskNameAttribute>()?.Name == info.TargetTask.Name);
        if (task?.GetCustomAttribute<ChangesEnvironmentAttribute>() is { } changes && !context.Value(Options.DryRun))
        {
            if (changes.NeedsPreflight)
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
