using System.Text;

namespace VectorDb.Build.CommandLine;

/// <summary>
/// Writes to a terminal, or whatever the output goes to, for as long as that takes it. A terminal that is closed refuses every line
/// from then on, and a run that dies of it would leave its lock, its children and a release half way.
/// </summary>
internal sealed class DetachableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(value, static (writer, character) => writer.Write(character));

    public override void Write(string? value) => Try(value, static (writer, text) => writer.Write(text));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine(string? value) => Try(value, static (writer, text) => writer.WriteLine(text));

    public override void Flush() => Try(0, static (writer, _) => writer.Flush());

    private void Try<T>(T value, Action<TextWriter, T> write)
    {
        try
        {
            write(inner, value);
        }
        catch (IOException)
        {
            // Nobody reads it any more.
        }
    }
}
