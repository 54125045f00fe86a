using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace VectorDb.Build.Testing;

/// <summary>The XML that xunit.v3 writes: <c>assemblies/assembly/{collection/test,errors/error}</c>.</summary>
internal static partial class TestResultFile
{
    /// <exception cref="InvalidDataException">It is not there, not complete, or says nothing.</exception>
    public static TestResult Read(string path)
    {
        try
        {
            var assemblies = XDocument.Load(path).Root?.Elements("assembly").ToList() ?? [];
            return assemblies.Count > 0
                ? assemblies.Select(Read).Aggregate((left, right) => left + right)
                : throw new InvalidDataException($"{path} names no test assembly.");
        }
        catch (Exception failure) when (failure is XmlException or IOException)
        {
            throw new InvalidDataException($"{path} is not a complete test result: {failure.Message}", failure);
        }
    }

    private static TestResult Read(XElement assembly)
    {
        var tests = assembly.Descendants("test").ToLookup(test => (string?)test.Attribute("result"), StringComparer.Ordinal);
        var result = new TestResult(
            tests["Pass"].Count(),
            [.. tests["Fail"].Select(test => new TestNote(NameOf(test), FailureOf(test))), .. assembly.Descendants("error").Select(ErrorOf)],
            [.. tests["Skip"].Select(test => new TestNote(NameOf(test), test.Element("reason")?.Value.Trim() ?? ""))]);

        // Attributes say how many there should be: a file that a crash cut short still may be well-formed.
        var missing = Number(assembly, "total") - Number(assembly, "not-run") - result.Passed - tests["Fail"].Count() - result.Skips.Count;
        return missing == 0 ? result : result + TestResult.Failure((string?)assembly.Attribute("name") ?? "?", $"{missing} tests have no result.");
    }

    private static string NameOf(XElement test) => (string?)test.Attribute("name") ?? "?";

    private static string FailureOf(XElement failed)
    {
        var failure = failed.Element("failure");
        return $"{Unescape(failure?.Element("message")?.Value.Trim() ?? "")}\n{failure?.Element("stack-trace")?.Value.TrimEnd()}".Trim('\n');
    }

    /// <summary>xunit writes quotes and line ends of a message as C# would.</summary>
    private static string Unescape(string message) => Escape().Replace(message, match => match.Groups["what"].Value switch
    {
        "n" => "\n",
        "r" => "",
        "t" => "\t",
        var other => other,
    });

    [GeneratedRegex("""\\(?<what>[nrt"\\])""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    private static TestNote ErrorOf(XElement error) => new($"{(string?)error.Attribute("type")} {(string?)error.Attribute("name")}".Trim(), FailureOf(error));

    private static int Number(XElement element, string attribute) => int.Parse((string?)element.Attribute(attribute) ?? "0", CultureInfo.InvariantCulture);
}
