using System.Reflection;

namespace Cake.Frosting.Hosting;

/// <summary>What the class of a task says about it.</summary>
/// <param name="Task">The class.</param>
/// <param name="Base">The constructed <see cref="FrostingTask{T}"/> or <see cref="AsyncFrostingTask{T}"/> that it derives from.</param>
internal sealed record TaskShape(Type Task, Type Base)
{
    public string Name => NameOf(Task);

    public string? Description => Task.GetCustomAttribute<TaskDescriptionAttribute>()?.Description;

    public Type Context => Base.GenericTypeArguments[0];

    public static TaskShape Of(Type task)
    {
        for (var type = task.BaseType; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() is var generic
                && (generic == typeof(FrostingTask<>) || generic == typeof(AsyncFrostingTask<>)))
            {
                return new TaskShape(task, type);
            }
        }

        throw new InvalidOperationException(
            $"{task.FullName} derives neither from {nameof(FrostingTask)} nor from {nameof(AsyncFrostingTask)}, as every task must.");
    }

    /// <summary>The name of the task that an annotation refers to.</summary>
    public static string NameOf(Type task, string role) => typeof(IFrostingTask).IsAssignableFrom(task)
        ? NameOf(task)
        : throw new FrostingException($"The {role} '{NameOf(task)}' is not a valid task.");

    public bool Overrides(string method) => Task.GetMethods().Any(
        candidate => candidate.Name == method && candidate.DeclaringType != Base && candidate.GetBaseDefinition().DeclaringType == Base);

    private static string NameOf(Type task) => task.GetCustomAttribute<TaskNameAttribute>()?.Name ?? task.Name;
}
