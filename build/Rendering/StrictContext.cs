using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace VectorDb.Build.Rendering;

/// <summary>
/// Renders what the model says and nothing else: no built-in functions (the clock and chance among them), no unknown name,
/// no empty value, and every value written as a literal of the target language, whether the template thinks of it or not.
/// </summary>
internal sealed class StrictContext : TemplateContext
{
    private readonly TargetLanguage _language;

    public StrictContext(object model, TargetLanguage language)
        : base(new ScriptObject())
    {
        _language = language;
        StrictVariables = true;
        EnableRelaxedMemberAccess = false;
        EnableRelaxedTargetAccess = false;
        EnableRelaxedFunctionAccess = false;
        EnableRelaxedIndexerAccess = false;
        NewLine = "\n";
        MemberRenamer = StandardMemberRenamer.Default;
        LoopLimit = 1_000;
        var globals = new ScriptObject();
        globals.Import(model, renamer: MemberRenamer);
        PushGlobal(globals);
    }

    /// <summary>Scriban leaves out what is null; here a value that a template asks for must be there.</summary>
    public override object? Evaluate(ScriptNode? scriptNode, bool aliasReturnedFunction)
    {
        var value = base.Evaluate(scriptNode, aliasReturnedFunction);
        return value is null && scriptNode is ScriptExpressionStatement { Expression: { } expression and not ScriptAssignExpression }
            ? throw new ScriptRuntimeException(expression.Span, "the value is not set")
            : value;
    }

    public override TemplateContext Write(SourceSpan span, object? textAsObject)
    {
        try
        {
            return Write(_language.Literal(textAsObject ?? throw new FormatException("nothing")));
        }
        catch (FormatException e)
        {
            throw new ScriptRuntimeException(span, $"{e.Message}, which {_language.Name} cannot express", e);
        }
    }
}
