using System.Globalization;
using System.Xml.Linq;

namespace VectorDb.Build.Aws;

/// <summary>Reads the XML of Query answers.</summary>
internal static class QueryAnswer
{
    /// <returns>The <c>&lt;member&gt;</c> elements of a list, none where the list is absent.</returns>
    public static IEnumerable<XElement> Members(this XElement element, string list) => element.Element(list)?.Elements("member") ?? [];

    public static string Text(this XElement element, string name) =>
        element.Element(name)?.Value ?? throw new FormatException($"the answer's <{element.Name}> holds no <{name}>");

    public static int Number(this XElement element, string name) => int.Parse(element.Text(name), CultureInfo.InvariantCulture);
}
