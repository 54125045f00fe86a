using System.Text.RegularExpressions;
using VectorDb.Build.Rendering;

namespace VectorDb.Build.Tests.Rendering;

public sealed class TemplateRendererTests
{
    [Theory]
    [InlineData("unit.service.sbn", "Description={{ nmae }}")]
    [InlineData("script.sh.sbn", "NAME={{ inner.nmae }}")]
    [InlineData("file.yml.sbn", "a: {{ unset }}")]
    public void An_unknown_or_unset_variable_fails_with_template_line_and_name(string template, string line)
    {
        var error = Assert.Throws<RenderingException>(() => TemplateRenderer.Render(template, $"# first\n{line}\n", Model()));
        Assert.StartsWith($"{template}(2): ", error.Message);
        Assert.Contains(Regex.Match(line, @"\{\{ ([a-z.]+)").Groups[1].Value.Split('.')[^1], error.Message);
    }

    [Theory]
    [InlineData("a.sh.sbn", "it's $HOME `x`", "'it'\\''s $HOME `x`'")]
    [InlineData("a.sh.sbn", "plain-1.0/x", "plain-1.0/x")]
    [InlineData("a.sh.sbn", "", "''")]
    [InlineData("a.yml.sbn", "no: \"x\"\n- y", "\"no: \\\"x\\\"\\n- y\"")]
    [InlineData("a.json.sbn", "</tag> \\ é", "\"</tag> \\\\ é\"")]
    [InlineData("a.conf.sbn", "a \"b\"; }", "\"a \\\"b\\\"; }\"")]
    [InlineData("a.service.sbn", "50% \"x\"", "\"50%% \\\"x\\\"\"")]
    [InlineData("a.env.sbn", "two words $x", "'two words $x'")]
    public void A_value_is_written_as_a_literal_of_the_target_whatever_it_holds(string template, string value, string literal) =>
        Assert.Equal(literal + "\n", TemplateRenderer.Render(template, "{{ value }}", Model(value)));

    [Theory]
    [InlineData("a.conf.sbn", "$remote_addr")]
    [InlineData("a.conf.sbn", "a\nb")]
    [InlineData("a.env.sbn", "it's")]
    [InlineData("a.service.sbn", "a\nExecStart=/bin/evil")]
    public void A_value_that_the_target_cannot_express_is_an_error(string template, string value) =>
        Assert.Contains("cannot express", Assert.Throws<RenderingException>(() => TemplateRenderer.Render(template, "{{ value }}", Model(value))).Message);

    [Theory]
    [InlineData("a: {{ '{{' }}")]
    [InlineData("url: https://your-domain.example")]
    [InlineData("key: CHANGE_ME")]
    public void A_marker_or_placeholder_that_survives_is_an_error(string source) =>
        Assert.Contains("still holds", Assert.Throws<RenderingException>(() => TemplateRenderer.Render("a.yml.sbn", source, Model())).Message);

    [Fact]
    public void The_clock_and_other_functions_are_out_of_reach() =>
        Assert.Throws<RenderingException>(() => TemplateRenderer.Render("a.yml.sbn", "at: {{ date.now }}", Model()));

    [Fact]
    public void Windows_line_ends_of_a_template_do_not_reach_the_result() =>
        Assert.Equal("a: 1\nb: \"x\"\n", TemplateRenderer.Render("a.yml.sbn", "a: 1\r\nb: {{ value }}\r\n", Model("x")));

    [Fact]
    public void A_template_for_an_unknown_language_is_refused() =>
        Assert.Contains(".toml", Assert.Throws<RenderingException>(() => TemplateRenderer.Render("a.toml.sbn", "x", Model())).Message);

    [Fact]
    public void A_syntax_error_names_its_place() =>
        Assert.Contains("a.yml.sbn(1,", Assert.Throws<RenderingException>(() => TemplateRenderer.Render("a.yml.sbn", "{{ if }}", Model())).Message);

    private static object Model(string value = "v") => new TestModel(value, new InnerModel("i"), Unset: null);

    private sealed record TestModel(string Value, InnerModel Inner, string? Unset);

    private sealed record InnerModel(string Name);
}
