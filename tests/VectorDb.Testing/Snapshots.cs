using System.Runtime.CompilerServices;
using System.Text.Json;

namespace VectorDb.Testing;

/// <summary>
/// Compares a text with the committed file <c>__snapshots__/[test class file].[test].[name].txt</c> beside the test.
/// A missing file fails like a different one. <c>VECTORDB_ACCEPT_SNAPSHOTS=1</c> writes the file instead.
/// </summary>
public static class Snapshots
{
    public const string AcceptVariable = "VECTORDB_ACCEPT_SNAPSHOTS";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <param name="actual">The text; line ends and a missing last newline do not count.</param>
    /// <param name="name">Tells several snapshots of one test apart.</param>
    public static void Match(
        string actual, string? name = null, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
    {
        var file = FileOf(testFile, test, name);
        var received = Normal(actual);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            Write(file, received);
            return;
        }

        var expected = File.Exists(file) ? Normal(File.ReadAllText(file)) : null;
        if (received == expected)
        {
            return;
        }

        var what = expected is null ? "is missing; the test received:" : "differs (- committed, + received):";
        Assert.Fail($"""
            The snapshot {file} {what}
            {TextDiff.Of(expected ?? "", received)}
            To accept: {AcceptVariable}=1 dotnet {Environment.GetCommandLineArgs()[0]} -method "*.{test}"
            """);
    }

    /// <summary>Matches a value as indented JSON.</summary>
    public static void MatchJson<T>(
        T actual, string? name = null, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "") =>
        Match(JsonSerializer.Serialize(actual, Indented), name, testFile, test);

    private static string FileOf(string testFile, string test, string? name)
    {
        // Builds are deterministic: the compiler writes /_/ for the folder of the repository.
        var source = testFile.StartsWith("/_/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, testFile[3..]) : testFile;
        var parts = new[] { Path.GetFileNameWithoutExtension(source), test, name, "txt" };
        return Path.Combine(Path.GetDirectoryName(source)!, "__snapshots__", string.Join('.', parts.OfType<string>()));
    }

    private static string Normal(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}
