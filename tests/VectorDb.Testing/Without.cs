using System.Reflection;

namespace VectorDb.Testing;

/// <summary>Something that does all it did but one thing, to show that nobody asks it for that.</summary>
public class Without : DispatchProxy
{
    private object? _whole;
    private string? _missing;
    private Exception? _failure;

    /// <param name="failure">What happens to who asks; null for an exception that says so.</param>
    public static T Call<T>(T whole, string missing, Exception? failure = null)
        where T : class
    {
        var proxy = Create<T, Without>();
        var without = (Without)(object)proxy;
        (without._whole, without._missing, without._failure) = (whole, missing, failure);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == _missing
        ? throw _failure ?? new InvalidOperationException($"{_missing} was not to be called.")
        : targetMethod.Invoke(_whole, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
