using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VectorDb.Build.Environments;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Reporting;

/// <summary>Shows the ledger.</summary>
public sealed class HistoryReport
{
    private readonly IReleaseEnvironment _environment;
    private readonly IAnsiConsole _console;

    internal HistoryReport(IReleaseEnvironment environment, IAnsiConsole console) => (_environment, _console) = (environment, console);

    /// <param name="json">Prints one JSON array of ledger entries, oldest first, and nothing else.</param>
    public async Task PrintAsync(bool json, CancellationToken cancellationToken)
    {
        var entries = await _environment.Ledger.ReadAsync(cancellationToken);
        if (json)
        {
            _console.WriteRaw(JsonSerializer.Serialize(entries, ReleaseJson.Readable.IReadOnlyListLedgerEntry));
        }
        else if (entries.Count == 0)
        {
            _console.WriteRaw($"Nothing was ever deployed to {_environment.Name}.");
        }
        else
        {
            _console.Write(TableOf(entries));
        }
    }

    private Table TableOf(IReadOnlyList<LedgerEntry> entries)
    {
        var table = new Table().Border(_console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None).AddColumns("When (UTC)", "Release", "Event", "By", "Took", "Outcome");
        foreach (var entry in entries)
        {
            table.AddRow(
                entry.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                entry.Release?.Value ?? "",
                JsonSerializer.Serialize(entry.Event, ReleaseJson.Line.LedgerEvent).Trim('"'),
                Markup.Escape(entry.By),
                entry.Seconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s") : "",
                Markup.Escape(entry.Outcome?.Split('\n')[0] ?? ""));
        }

        return table;
    }
}
