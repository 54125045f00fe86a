using System.Text;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Tests.Configuration;

public sealed class SettingsDocumentTests
{
    private const string Accept = Snapshots.AcceptVariable;
    private static readonly string File = Path.Combine(Repository.Root, "docs", "settings.md");

    [Fact]
    public async Task The_document_of_settings_is_the_catalogue()
    {
        var expected = Render();
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            await System.IO.File.WriteAllTextAsync(File, expected, TestContext.Current.CancellationToken);
        }

        var written = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.True(expected == written, $"{File} is not the catalogue; run this test with {Accept}=1 to write it");
    }

    private static string Render()
    {
        var text = new StringBuilder("""
            # Settings of the API, the worker and the dashboard

            Each is an environment variable, or a file of that name in the folder that `VECTORDB_SECRETS_DIRECTORY` names (the variable wins). An empty value
            counts as not set. All of them are checked when a process starts; one that cannot be used ends it with exit code 78 and a line
            that names the setting and what it takes. The listening address is `ASPNETCORE_URLS`; `OTEL_EXPORTER_OTLP_ENDPOINT` turns on
            traces and metrics over OTLP.

            | setting | default | takes | what it does |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var setting in Settings.All)
        {
            text.Append($"| `{setting.Name}` | {(setting.Default is null ? "" : $"`{setting.Default}`")} | {setting.Allowed}{(setting.Secret ? " (secret)" : "")} | {setting.Description} |\n");
        }

        text.Append("""

            ## A local Deploy

            `./build.sh --target=Deploy` gives the services what it needs to run them and passes on, from the shell in which it is typed, `VECTORDB_AUTH`, `VECTORDB_EMBEDDER`,
            `VECTORDB_EMBEDDER_DIMENSION`, `VECTORDB_TASK_RETENTION_DAYS` and those of the table that begin with `VECTORDB_OPENAI_`, `VECTORDB_WORKER_` or `VECTORDB_LIMIT_` and are no secret;
            another name that begins so is refused, or a misspelt secret would be kept with the release. They belong to the release: each Deploy takes them anew, so give
            them every time (a Deploy without `VECTORDB_AUTH=apikey` is one without keys), and a rollback
            brings back those of its release. A secret is never part of a release; the services read it from a file in a folder that the first Deploy makes, and it can be replaced while they run:

            ```
            install -m 600 /dev/stdin .vectordb/local/secrets/VECTORDB_OPENAI_API_KEY       # paste the key, Enter, Ctrl+D
            VECTORDB_EMBEDDER=openai VECTORDB_EMBEDDER_DIMENSION=1536 ./build.sh --target=Deploy
            ```

            """.ReplaceLineEndings("\n"));
        return text.ToString();
    }
}
