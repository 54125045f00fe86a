namespace VectorDb.Dashboard.Layout;

/// <summary>What surrounds every page.</summary>
/// <param name="Root">Path below which the dashboard lives, without a trailing slash, e.g. <c>/dashboard</c> or <c>/team-a/dashboard</c>.</param>
/// <param name="IsOpen">Nobody has to log in here.</param>
/// <param name="User">Name of the key that is logged in, or null.</param>
/// <param name="Token">Goes with every form.</param>
/// <param name="Release">Which release renders this page.</param>
public sealed record Frame(string Root, bool IsOpen, string? User, string Token, string Release, string Style, string Script);
