namespace VectorDb.Build.CommandLine;

/// <summary>A validated command line.</summary>
/// <param name="Values">What was given, by the name of the option.</param>
public sealed record Invocation(IReadOnlyDictionary<string, object> Values)
{
    /// <summary>The value that was given, or the default of the option.</summary>
    public T Value<T>(Option<T> option) => Values.TryGetValue(option.Name, out var value) ? (T)value : option.Default;
}
