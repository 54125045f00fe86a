using System.Text;

namespace VectorDb.Build.Reporting;

/// <summary>The person at the keyboard, or whatever feeds the standard input in their place.</summary>
/// <param name="input">Standard input.</param>
/// <param name="output">Where questions are put.</param>
/// <param name="isInteractive">Whether somebody can answer.</param>
internal sealed class Terminal(TextReader input, TextWriter output, bool isInteractive)
{
    public bool IsInteractive { get; } = isInteractive;

    /// <summary>Whether the input is typed, and so must not be shown; what is printed may go elsewhere.</summary>
    public bool HasKeyboard { get; init; } = isInteractive;

    /// <summary>Input and output of this process.</summary>
    public static Terminal OfThisProcess() =>
        new(Console.In, Console.IsOutputRedirected ? Console.Error : Console.Out, !Console.IsInputRedirected && !Console.IsOutputRedirected) { HasKeyboard = !Console.IsInputRedirected };

    /// <returns>The answer without white space around it; empty when the input has ended.</returns>
    public async Task<string> AskAsync(string question, CancellationToken cancellation)
    {
        await output.WriteAsync($"{question} ".AsMemory(), cancellation);
        await output.FlushAsync(cancellation);
        // A console's own read cannot be cancelled: it is left behind, and ends with the process.
        return (await Task.Run(input.ReadLine, cancellation).WaitAsync(cancellation))?.Trim() ?? "";
    }

    /// <summary>Takes an answer without showing it; from a pipe everything up to its end.</summary>
    /// <returns>The text without the line break at its end.</returns>
    public async Task<string> TakeSecretAsync(string question, CancellationToken cancellation)
    {
        if (!HasKeyboard)
        {
            return (await Task.Run(input.ReadToEnd, cancellation).WaitAsync(cancellation)).TrimEnd('\r', '\n');
        }

        await output.WriteAsync($"{question} ".AsMemory(), cancellation);
        var secret = await Task.Run(ReadHidden, cancellation).WaitAsync(cancellation);
        await output.WriteLineAsync();
        return secret;
    }

    private static string ReadHidden()
    {
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        return text.ToString();
    }
}
