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

/// <summary>Marks a target that is for this machine alone, whatever environments there are.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ThisMachineOnlyAttribute : Attribute;

/// <summary>Marks a target that means nothing to this machine: it is for environments in AWS, the rehearsal's included.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class AwsOnlyAttribute : Attribute;

/// <summary>A task as the user of the command line sees it.</summary>
/// <param name="Name">What <c>--target</c> takes.</param>
/// <param name="Description">One line.</param>
/// <param name="Group">Where the help lists it; null for a task that lacks its group, which a test forbids.</param>
public sealed record Target(string Name, string Description, TargetGroup? Group)
{
    /// <summary>Whether an environment other than this machine means nothing to it.</summary>
    public bool IsOfThisMachine { get; init; }

    /// <summary>Whether it needs an environment in AWS.</summary>
    public bool IsOfAws { get; init; }

    /// <summary>All tasks of an assembly, in the order of their names.</summary>
    public static IReadOnlyList<Target> Of(Assembly assembly) =>
    [
        .. assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IFrostingTask).IsAssignableFrom(type))
            .Select(type => new Target(
                type.GetCustomAttribute<TaskNameAttribute>()?.Name ?? type.Name,
                type.GetCustomAttribute<TaskDescriptionAttribute>()?.Description ?? "",
                type.GetCustomAttribute<TargetGroupAttribute>()?.Group)
            {
                IsOfThisMachine = type.IsDefined(typeof(ThisMachineOnlyAttribute)),
                IsOfAws = type.IsDefined(typeof(AwsOnlyAttribute)),
            })
            .OrderBy(target => target.Name, StringComparer.Ordinal),
    ];

    /// <summary>Whether a text names this target; like Cake, in any case.</summary>
    internal bool IsNamed(string text) => Name.Equals(text, StringComparison.OrdinalIgnoreCase);
}
