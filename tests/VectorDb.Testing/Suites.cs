namespace VectorDb.Testing;

/// <summary>
/// Values of the <c>Suite</c> trait. A test without the trait belongs to the fast suite, which every Deploy runs.
/// </summary>
public static class Suites
{
    public const string Trait = "Suite";

    /// <summary>Needs a real tool, a real process or more than a second: run by the Test target only.</summary>
    public const string Full = "Full";
}
