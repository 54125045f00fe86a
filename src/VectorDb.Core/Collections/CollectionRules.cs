namespace VectorDb.Core.Collections;

/// <summary>What a collection may be, whichever store holds it.</summary>
public static class CollectionRules
{
    public const int MaximumNameLength = 64;

    /// <summary>The longest vector that pgvector stores.</summary>
    public const int MaximumDimension = 16_000;

    /// <exception cref="InvalidCollectionException">Says which setting, and what it may be.</exception>
    public static void Check(CollectionSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!IsName(spec.Name))
        {
            throw new InvalidCollectionException(
                "name", $"A collection name has 1 to {MaximumNameLength} characters of a-z, A-Z, 0-9, '-' and '_'.");
        }

        if (spec.Dimension is < 1 or > MaximumDimension)
        {
            throw new InvalidCollectionException("dimension", $"A dimension is 1 to {MaximumDimension}, not {spec.Dimension}.");
        }

        if (!Enum.IsDefined(spec.Metric))
        {
            throw new InvalidCollectionException("metric", "A metric is cosine, dot or euclidean.");
        }
    }

    public static bool IsName(string? name) =>
        name is { Length: >= 1 and <= MaximumNameLength } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

/// <param name="field">The setting at fault: name, dimension or metric.</param>
public sealed class InvalidCollectionException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}
