using System.Text.Json.Nodes;

namespace VectorDb.Core.Filters;

/// <summary>All of <paramref name="Must"/>, at least one of <paramref name="Should"/> (when there is any), none of <paramref name="MustNot"/>.</summary>
public sealed record Filter(IReadOnlyList<Condition> Must, IReadOnlyList<Condition> Should, IReadOnlyList<Condition> MustNot);

/// <summary>
/// One test of one metadata key. A record without the key never matches it. A key with dots names the property that is called just so,
/// and the nested one at that path; a record that has both matches by either.
/// </summary>
/// <param name="Key">For example <c>lang</c> or <c>author.name</c>.</param>
public abstract record Condition(string Key);

/// <summary>Equals one string, number or boolean; an array in the metadata matches when one of its elements does.</summary>
public sealed record MatchCondition(string Key, JsonValue Value) : Condition(Key);

/// <summary>Is a number within the bounds given.</summary>
public sealed record RangeCondition(string Key, double? Gt, double? Gte, double? Lt, double? Lte) : Condition(Key);

/// <summary>The filter text is not one: says which part, and what was expected.</summary>
public sealed class FilterException(string message) : Exception(message);
