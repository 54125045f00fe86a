namespace Cake.Frosting;

/// <summary>The annotated task runs after another one.</summary>
/// <param name="type">The class of the task that must run first.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class IsDependentOnAttribute(Type type) : Attribute
{
    /// <summary>The class of the task that must run first.</summary>
    public Type Task { get; } = type;
}

/// <summary>The annotated task runs before another one, which need not know it.</summary>
/// <param name="type">The class of the task that must wait.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class IsDependeeOfAttribute(Type type) : Attribute
{
    /// <summary>The class of the task that must wait.</summary>
    public Type Task { get; } = type;
}
