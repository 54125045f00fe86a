using Spectre.Console;

namespace VectorDb.Build.Reporting;

/// <summary>Where the build prints: colours and the terminal's width on a terminal, plain whole lines elsewhere.</summary>
internal static class BuildConsole
{
    private const int WidthOfAPipe = 200;

    public static IAnsiConsole Create(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = WidthOfAPipe;
            console.Profile.Capabilities.Ansi = false;
        }

        return console;
    }

    /// <summary>One text as it is: no wrapping, no markup.</summary>
    public static void WriteRaw(this IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);
}
