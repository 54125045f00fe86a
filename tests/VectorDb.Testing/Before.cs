using System.Reflection;

namespace VectorDb.Testing;

/// <summary>Something that does all it did, but before one call what the test wants to happen first; that may throw.</summary>
public class Before : DispatchProxy
{
    private object? _whole;
    private string? _name;
    private Action<object?[]>? _first;

    /// <param name="first">Is given the arguments of the call.</param>
    public static T Call<T>(T whole, string name, Action<object?[]> first)
        where T : class
    {
        var proxy = Create<T, Before>();
        var before = (Before)(object)proxy;
        (before._whole, before._name, before._first) = (whole, name, first);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == _name)
        {
            _first!(args ?? []);
        }

        return targetMethod.Invoke(_whole, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
    }
}
