using System.Text;
using VectorDb.Build.Secrets;

namespace VectorDb.Build.Environments.Settings;

/// <summary>The text of <c>.env.production.template</c>, from the catalogue.</summary>
internal static class SettingsTemplate
{
    public const string FileName = ".env.production.template";

    private const string Introduction = """
        # Settings of an AWS environment. Copy to .env.<environment> (never committed) and fill in.
        #
        # An environment variable of the same name wins over this file, this file over the parameter store
        # (/vectordb/<environment>/settings/<name, in lower case with hyphens>), that over the default in brackets.
        # An unknown name is an error. Lines without a value count as not set.
        #
        # No secret belongs here. Secrets lie in Secrets Manager under vectordb/<environment>/, put there on standard input:
        #   ./build.sh --target=PutSecret --environment=<environment> --name=<one of the following>

        """;

    public static string Text()
    {
        var text = new StringBuilder(Introduction);
        foreach (var secret in SecretCatalogue.All.Where(static secret => !secret.IsGenerated))
        {
            text.Append($"#     {secret.Name,-16} ({secret.Setting})\n");
        }

        foreach (var group in SettingsCatalogue.Groups)
        {
            text.Append($"\n# ---- {group.Name}\n");
            foreach (var setting in group.Settings)
            {
                var value = setting.Required ? " Required." : setting.Default is { } known ? $" [{known}]" : "";
                text.Append($"\n# {setting.Description}{value}\n{(setting.Required ? "" : "#")}{setting.Name}={setting.Default}\n");
            }
        }

        return text.ToString().ReplaceLineEndings("\n");
    }
}
