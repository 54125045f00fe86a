using VectorDb.Build.Processes;

namespace VectorDb.Build.Compilation;

/// <summary>
/// One compiler process for all projects of one build, which is much faster than one a project. It has a name of its own, so that
/// it can be ended with the build and nobody else's is touched.
/// </summary>
internal sealed class CompilerServer(CommandRunner commands) : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    private readonly string _id = $"vectordb-{Environment.ProcessId}";

    public string Property => $"-p:SharedCompilationId={_id}";

    public async ValueTask DisposeAsync()
    {
        if (Assembly() is not { } server)
        {
            return;
        }

        try
        {
            await commands.TryAsync(
                new Command(Environment.ProcessPath ?? "dotnet", server, $"-pipename:{_id}", "-shutdown") { Limit = ShutdownLimit },
                CancellationToken.None);
        }
        catch (CommandFailedException)
        {
            // It ends by itself when nobody has used it for a while.
        }
    }

    /// <returns>Null when this SDK has it elsewhere: then it ends by itself after a while.</returns>
    private static string? Assembly()
    {
        var core = typeof(object).Assembly.Location;
        var root = Path.GetFullPath(Path.Combine(core, "..", "..", "..", ".."));
        var sdks = Path.Combine(root, "sdk");
        return Directory.Exists(sdks)
            ? Directory.EnumerateDirectories(sdks)
                .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "VBCSCompiler.dll"))
                .Where(File.Exists)
                .Order(StringComparer.Ordinal)
                .LastOrDefault()
            : null;
    }
}
