using VectorDb.Build.CommandLine;

namespace VectorDb.Build.Environments;

/// <summary>The command that a message names: it must act on the environment that the message is about.</summary>
internal static class NextCommand
{
    public static string Command(this IReleaseEnvironment environment, string target) => BuildCommand.Line(target, environment.Name);
}
