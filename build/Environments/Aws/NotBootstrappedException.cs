using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Environments.Aws;

/// <summary>What only the bootstrap makes is not there.</summary>
/// <param name="what">For example <c>bucket vectordb-staging-releases-123456789012</c>.</param>
internal sealed class NotBootstrappedException(string what, string environment, Exception? cause = null)
    : Exception($"There is no {what}. Make it: {BuildCommand.Line("Bootstrap", environment)}", cause);
