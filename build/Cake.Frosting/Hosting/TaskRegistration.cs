using System.Reflection;
using Cake.Core;
using Cake.Core.Diagnostics;

namespace Cake.Frosting.Hosting;

/// <summary>Tells the engine about the tasks and lifetimes of the build. What a task does not override is not registered.</summary>
internal sealed class TaskRegistration(
    ICakeEngine engine,
    IFrostingContext context,
    ICakeLog log,
    IEnumerable<IFrostingTask> tasks,
    IFrostingSetup? setup = null,
    IFrostingTeardown? teardown = null,
    IFrostingTaskSetup? taskSetup = null,
    IFrostingTaskTeardown? taskTeardown = null)
{
    public void Register()
    {
        foreach (var task in tasks)
        {
            Register(task, TaskShape.Of(task.GetType()));
        }

        Register(setup, "setup", it => engine.RegisterSetupAction(info => it.Setup(context, info)));
        Register(teardown, "teardown", it => engine.RegisterTeardownAction(info => it.Teardown(context, info)));
        Register(taskSetup, "task setup", it => engine.RegisterTaskSetupAction(info => it.Setup(context, info)));
        Register(taskTeardown, "task teardown", it => engine.RegisterTaskTeardownAction(info => it.Teardown(context, info)));
    }

    private void Register<T>(T? lifetime, string kind, Action<T> register)
        where T : class
    {
        if (lifetime is not null)
        {
            log.Debug("Registering {0}: {1}", kind, lifetime.GetType().Name);
            register(lifetime);
        }
    }

    private void Register(IFrostingTask task, TaskShape shape)
    {
        log.Debug("Registering task: {0}", shape.Name);
        if (!shape.Context.IsInstanceOfType(context))
        {
            log.Warning("Task cannot be used since the context isn't convertible to {0}.", shape.Context.FullName);
            return;
        }

        var builder = engine.RegisterTask(shape.Name);
        if (!string.IsNullOrWhiteSpace(shape.Description))
        {
            builder.Description(shape.Description);
        }

        if (shape.Overrides(nameof(FrostingTask.Run)) || shape.Overrides(nameof(AsyncFrostingTask.RunAsync)))
        {
            builder.Does(task.RunAsync);
        }

        if (shape.Overrides(nameof(FrostingTask.ShouldRun)))
        {
            builder.WithCriteria(task.ShouldRun, task.SkippedMessage);
        }

        if (task.GetType().IsDefined(typeof(ContinueOnErrorAttribute)))
        {
            builder.ContinueOnError();
        }

        if (shape.Overrides(nameof(FrostingTask.OnError)))
        {
            builder.OnError(exception => task.OnError(exception, context));
        }

        if (shape.Overrides(nameof(FrostingTask.Finally)))
        {
            builder.Finally(() => task.Finally(context));
        }

        foreach (var dependency in task.GetType().GetCustomAttributes<IsDependentOnAttribute>())
        {
            builder.IsDependentOn(TaskShape.NameOf(dependency.Task, "dependency"));
        }

        foreach (var dependee in task.GetType().GetCustomAttributes<IsDependeeOfAttribute>())
        {
            builder.IsDependeeOf(TaskShape.NameOf(dependee.Task, "reverse dependency"));
        }
    }
}
