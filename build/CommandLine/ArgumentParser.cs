namespace VectorDb.Build.CommandLine;

/// <summary>
/// Reads the command line before Cake does, because Cake takes a misspelt option for an argument of the build and then runs the
/// default target. Each problem is one line that names the nearest valid spelling.
/// </summary>
public sealed class ArgumentParser(IReadOnlyList<Target> targets)
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <summary>Reads the arguments.</summary>
    /// <param name="environments">The environments that there are; null takes any.</param>
    /// <returns>The command line, or null and what is wrong with it.</returns>
    public static (Invocation? Invocation, IReadOnlyList<string> Problems) Parse(
        IReadOnlyList<string> args, IReadOnlyList<Target> targets, IReadOnlyList<string>? environments = null)
    {
        var parser = new ArgumentParser(targets);
        parser.Read(args);
        var invocation = new Invocation(parser._values);
        parser.CheckTargetsOfOptions(invocation);
        parser.CheckNeededOptions(invocation);
        parser.CheckEnvironment(invocation, environments);
        return parser._problems.Count == 0 ? (invocation, []) : (null, parser._problems);
    }

    private void Read(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            var value = equals < 0 ? null : args[i][(equals + 1)..];
            if (Find(name) is not { } option)
            {
                _problems.Add(Unknown(name));
                i += value is null && i + 1 < args.Count && name.StartsWith('-') && !args[i + 1].StartsWith('-') ? 1 : 0;
                continue;
            }

            if (option.Shape is not null && value is null && i + 1 < args.Count && !args[i + 1].StartsWith('-'))
            {
                value = args[++i];
            }

            Read(option, value);
        }
    }

    private void Read(Option option, string? text)
    {
        if (_values.ContainsKey(option.Name))
        {
            _problems.Add($"{option.Typed} is given twice");
        }
        else if (option.Shape is null && text is not null)
        {
            _problems.Add($"{option.Typed} takes no value");
        }
        else if (option.Shape is not null && string.IsNullOrEmpty(text))
        {
            _problems.Add($"{option.Typed} needs a value: {option.Usage}");
        }
        else if (option.Read(text ?? "") is not { } value)
        {
            _problems.Add($"{option.Typed} cannot be '{text}': {option.Usage}{(option.Rule is null ? "" : $", {option.Rule}")}");
        }
        else if (option == Options.Target && targets.All(target => !target.IsNamed(text!)))
        {
            _problems.Add($"there is no target {text}{Suggest(text!, targets.Select(target => target.Name), "")}");
        }
        else
        {
            _values[option.Name] = option == Options.Target ? targets.First(target => target.IsNamed(text!)).Name : value;
        }
    }

    private void CheckTargetsOfOptions(Invocation invocation)
    {
        foreach (var option in Options.All.Where(option => _values.ContainsKey(option.Name) && option.Targets.Count > 0))
        {
            if (!option.Targets.Contains(invocation.Target, StringComparer.Ordinal) && _problems.Count == 0)
            {
                _problems.Add($"{option.Typed} is for {string.Join(" and ", option.Targets.Select(target => $"--target={target}"))}");
            }
        }
    }

    private void CheckNeededOptions(Invocation invocation)
    {
        if (_problems.Count == 0 && !invocation.AsksForHelp && !invocation.Value(Options.DryRun))
        {
            _problems.AddRange(Options.All
                .Where(option => option.NeededBy.Contains(invocation.Target, StringComparer.Ordinal) && !_values.ContainsKey(option.Name))
                .Select(option => $"--target={invocation.Target} needs {option.Usage}"));
        }
    }

    private void CheckEnvironment(Invocation invocation, IReadOnlyList<string>? environments)
    {
        if (_problems.Count > 0 || targets.FirstOrDefault(target => target.Name == invocation.Target) is not { } chosen)
        {
            return;
        }

        var name = invocation.Value(Options.Environment);
        var isHere = name == Options.Environment.Default;
        // An option that a target ignored would deploy somewhere else than was asked.
        if (chosen.IsOfThisMachine && !isHere)
        {
            _problems.Add($"--target={chosen.Name} is for this machine alone; leave {Options.Environment.Typed} out");
        }
        else if (chosen.IsOfAws && isHere)
        {
            _problems.Add($"--target={chosen.Name} is for an environment in AWS: add {Options.Environment.Usage}");
        }
        else if (!isHere && environments?.Contains(name, StringComparer.Ordinal) == false)
        {
            _problems.Add(Spelling.Nearest(name, environments) is { } nearest
                ? $"there is no environment {name}; did you mean {Options.Environment.Typed}={nearest}?"
                : $"there is no environment {name}: copy .env.production.template to .env.{name} and fill it in");
        }
    }

    private static Option? Find(string name) =>
        Options.All.FirstOrDefault(option => option.Typed == name || option.Aliases.Contains(name, StringComparer.Ordinal));

    private string Unknown(string name) => name.StartsWith('-')
        ? $"there is no option {name}{Suggest(name, Options.All.SelectMany(option => option.Aliases.Prepend(option.Typed)), "")}"
        : $"'{name}' is not an option{Suggest(name, targets.Select(target => target.Name), "--target=")}";

    private static string Suggest(string given, IEnumerable<string> valid, string prefix) =>
        Spelling.Nearest(given, valid) is { } nearest ? $"; did you mean {prefix}{nearest}?" : "; --help lists what there is";
}
