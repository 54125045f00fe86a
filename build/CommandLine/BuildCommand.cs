namespace VectorDb.Build.CommandLine;

/// <summary>A command that a message names as the next one: it must act on the environment that the message is about.</summary>
internal static class BuildCommand
{
    /// <returns>Options may follow it.</returns>
    public static string Line(string target, string environment) =>
        $"./build.sh --target={target}{(environment == Options.Environment.Default ? "" : $" --environment={environment}")}";
}
