using System.Reflection;
using Cake.Frosting;

namespace VectorDb.Build.CommandLine;

/// <summary>Where the help lists a target, in this order.</summary>
public enum TargetGroup
{
    Release,
    BuildAndTest,
    Look,
    Data,
    Infrastructure,
}

/// <summary>Puts a task into a group of the help.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TargetGroupAttribute(TargetGroup group) : Attribute
{
    /// <summary>The group.</summary>
    public TargetGroup Group { get; } = group;
}

/// <summary>A task as the user of the command line sees it.</summary>
/// <param name="Name">What <c>--target</c> takes.</param>
/// <param name="Description">One line.</param>
/// <param name="Group">Where the help lists it; null for a task that lacks its group, which a test forbids.</param>
public sealed record Target(string Name, string Description, TargetGroup? Group)
{
    /// <summary>All tasks of an assembly, in the order of their names.</summary>
    public static IReadOnlyList<Target> Of(Assembly assembly) =>
    [
        .. assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IFrostingTask).IsAssignableFrom(type))
            .Select(type => new Target(
                type.GetCustomAttribute<TaskNameAttribute>()?.Name ?? type.Name,
                type.GetCustomAttribute<TaskDescriptionAttribute>()?.Description ?? "",
                type.GetCustomAttribute<TargetGroupAttribute>()?.Group))
            .OrderBy(target => target.Name, StringComparer.Ordinal),
    ];

    /// <summary>Whether a text names this target; like Cake, in any case.</summary>
    internal bool IsNamed(string text) => Name.Equals(text, StringComparison.OrdinalIgnoreCase);
}
