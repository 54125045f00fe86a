namespace VectorDb.Build.Processes;

/// <summary>
/// An external program to run. Arguments are passed as they are, never through a shell. A secret goes into <see cref="Input"/>
/// or a file, never into an argument: arguments are shown in errors and in process lists.
/// </summary>
/// <param name="Program">A file name that is looked up in PATH, or a full path.</param>
/// <param name="Arguments">One entry an argument, unquoted.</param>
public sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Where it runs; without it in the working directory of this process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to the environment of this process; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Written to the standard input, which is then closed. Never shown.</summary>
    public string? Input { get; init; }

    /// <summary>Whether the program uses the terminal of this process: nothing is captured.</summary>
    public bool Inherit { get; init; }

    /// <summary>Given each line of output and error as it comes, besides its capture.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>How long it may take.</summary>
    public TimeSpan Limit { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How long it may tidy up after SIGTERM when the run is cancelled, for programs that hold a lock of their own. Without it, and
    /// after it, the program and all its descendants are killed.
    /// </summary>
    public TimeSpan Grace { get; init; }

    /// <summary>What would be typed, for messages.</summary>
    public override string ToString() => string.Join(
        ' ',
        Arguments.Prepend(Program).Select(part => part.Length == 0 || part.Contains(' ', StringComparison.Ordinal) ? $"'{part}'" : part));
}
