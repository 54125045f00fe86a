using System.Text.RegularExpressions;
using Scriban;
using Scriban.Syntax;

namespace VectorDb.Build.Rendering;

/// <summary>Renders one template with one model: the same two give the same bytes on every machine.</summary>
internal static partial class TemplateRenderer
{
    /// <param name="name">File name of the template, <c>*.{language}.sbn</c>.</param>
    /// <param name="model">A record; the template sees its properties in snake case.</param>
    /// <exception cref="RenderingException">Names template, line and variable.</exception>
    public static string Render(string name, string source, object model)
    {
        var template = Template.Parse(source.ReplaceLineEndings("\n"), name);
        if (template.HasErrors)
        {
            throw new RenderingException(string.Join('\n', template.Messages));
        }

        try
        {
            var text = template.Render(new StrictContext(model, TargetLanguage.Of(name)));
            return NothingLeftOpen(name, text);
        }
        catch (ScriptRuntimeException e)
        {
            var expression = source.ReplaceLineEndings("\n")[e.Span.Start.Offset..Math.Min(e.Span.End.Offset + 1, source.Length)];
            throw new RenderingException($"{name}({e.Span.Start.Line + 1}): {expression}: {e.OriginalMessage}", e);
        }
    }

    private static string NothingLeftOpen(string name, string text)
    {
        var left = Marker().Match(text);
        if (!left.Success)
        {
            return text.TrimEnd('\n') + "\n";
        }

        var line = text.AsSpan(0, left.Index).Count('\n') + 1;
        throw new RenderingException($"{name}: line {line} of the result still holds '{left.Value.Trim()}'.");
    }

    [GeneratedRegex(@"\{\{|\{%|\r|\b(?:CHANGE_?ME|PLACEHOLDER|REPLACE_?ME|TBD)\b|\byour-[a-z-]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Marker();
}
