namespace VectorDb.Build.CommandLine;

/// <summary>Exit codes with a meaning of their own.</summary>
internal static class ExitCodes
{
    /// <summary>What was asked for cannot be: nothing was done, and the same command will not do.</summary>
    public const int UsageError = 2;
}
