using System.Globalization;
using VectorDb.Build.Compilation;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Testing;

/// <summary>What <c>Test</c> does: the layout of the source and every test; its last line counts them.</summary>
public sealed class FullTest
{
    private readonly Compiler _compiler;
    private readonly TestSession _tests;
    private readonly StepJournal _journal;

    internal FullTest(Compiler compiler, TestSession tests, StepJournal journal) => (_compiler, _tests, _journal) = (compiler, tests, journal);

    /// <returns>Whether all is well.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var formatted = true;
        await _journal.RunAsync("Format", async () =>
        {
            var complaints = await _compiler.CheckFormatAsync(cancellationToken);
            formatted = complaints is null;
            complaints?.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList().ForEach(_journal.Say);
            return formatted ? null : "the layout of the source is not that of .editorconfig; run: dotnet format VectorDb.sln";
        });

        var result = TestResult.Nothing;
        await _journal.RunAsync("Test", async () =>
        {
            result = await _tests.RunFullAsync(cancellationToken);
            return result.Succeeded ? null : $"{result.Failures.Count} failed";
        });
        if (result.Skips.Count > 0)
        {
            _journal.Close(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Skips.Count} tests were skipped, so a deploy to AWS will ask for them: VECTORDB_REQUIRE_TOOLS=1 ./build.sh --target=Test names the tools that they need"));
        }

        _journal.Close(string.Create(CultureInfo.InvariantCulture, $"{result.Passed} passed, {result.Failures.Count} failed, {result.Skips.Count} skipped"));
        return formatted && result.Succeeded;
    }
}
