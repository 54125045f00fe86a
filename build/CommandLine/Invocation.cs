namespace VectorDb.Build.CommandLine;

/// <summary>A validated command line.</summary>
/// <param name="Values">What was given, by the name of the option.</param>
public sealed record Invocation(IReadOnlyDictionary<string, object> Values)
{
    /// <summary>The target that is rehearsed instead of being run; null for none.</summary>
    public string? Rehearsed { get; private init; }

    /// <summary>The target in the spelling of its task, or null when none was given.</summary>
    public string? Target => Value(Options.Target);

    /// <summary>Whether nothing but the list of targets was asked for.</summary>
    public bool AsksForHelp =>
        Value(Options.Help)
        || (Target is null && !Value(Options.Tree) && !Value(Options.Description) && !Value(Options.Version) && !Value(Options.Info));

    /// <summary>The value that was given, or the default of the option.</summary>
    public T Value<T>(Option<T> option) => Values.TryGetValue(option.Name, out var value) ? (T)value : option.Default;

    /// <summary>The same command in an AWS of its own, which a rehearsal opens around it and closes behind it.</summary>
    public Invocation InRehearsal() => new(Values
        .Where(value => value.Key != Options.Environment.Name)
        .Select(value => value.Key == Options.Target.Name ? KeyValuePair.Create(value.Key, (object)"Rehearse") : value)
        .ToDictionary(StringComparer.Ordinal))
    {
        Rehearsed = Target,
    };

    /// <summary>The arguments for the Cake host. With <c>--json</c> Cake itself prints nothing.</summary>
    public IReadOnlyList<string> CakeArguments()
    {
        var given = Options.All
            .Where(option => option.IsCakes && Values.ContainsKey(option.Name))
            .ToDictionary(option => option.Name, option => option.Shape is null ? option.Typed : $"{option.Typed}={Values[option.Name]}");
        if (Value(Options.Json))
        {
            given[Options.Verbosity.Name] = $"{Options.Verbosity.Typed}=quiet";
            given[Options.NoReport.Name] = Options.NoReport.Typed;
        }

        return [.. given.Values];
    }
}
