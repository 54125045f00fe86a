using System.Runtime.CompilerServices;

namespace VectorDb.Core.Ingest.Reading;

/// <param name="Fields">Null when the record could not be told from what follows it.</param>
internal readonly record struct CsvRecord(string[]? Fields, string? Error);

/// <summary>
/// RFC 4180 records, forgiving where that loses nothing: LF or CRLF, a quote only opens a field at its start, what follows a closing
/// quote belongs to the field. A reader that stops for good at the first broken record would lose every good one behind it, so
/// a quote that is never closed costs its own line only: reading goes on with the next line.
/// </summary>
internal sealed class CsvRecords(TextSource source, char delimiter, int longestRecord)
{
    /// <summary>Each one reads up to the longest record again; more than these and the file is not worth it.</summary>
    private const int MostRestarts = 100;

    private readonly TextWindow _window = new(source, longestRecord);
    private int _restarts;

    /// <summary>Blank lines are left out.</summary>
    public async IAsyncEnumerable<CsvRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var scan = new CsvScan();
        while (true)
        {
            if (scan.Continue(_window.Seen, delimiter))
            {
                var fields = Fields(_window.Seen[..scan.Position]);
                _window.Advance(scan.Position);
                scan = new CsvScan();
                if (fields.Length > 0)
                {
                    yield return new CsvRecord(fields, Error: null);
                }
            }
            else if (_window.IsFull)
            {
                yield return await RefuseAsync(scan.IsOpen, cancellationToken);
                scan = new CsvScan();
            }
            else if (!await _window.FillAsync(cancellationToken))
            {
                if (scan.IsOpen)
                {
                    yield return await RefuseAsync(isOpen: true, cancellationToken);
                    scan = new CsvScan();
                    continue;
                }

                if (Fields(_window.Seen) is { Length: > 0 } last)
                {
                    yield return new CsvRecord(last, Error: null);
                }

                yield break;
            }
        }
    }

    private async ValueTask<CsvRecord> RefuseAsync(bool isOpen, CancellationToken cancellationToken)
    {
        var reason = isOpen ? "A quote is opened in this row and never closed." : $"The row is longer than {longestRecord} characters.";
        if (isOpen && ++_restarts > MostRestarts)
        {
            reason = $"Quotes are opened and never closed in {_restarts} rows; the {_window.Seen.Length} characters from this one on are skipped.";
            _window.Advance(_window.Seen.Length);
        }

        await _window.SkipLineAsync(cancellationToken);
        return new CsvRecord(Fields: null, reason);
    }

    /// <returns>None for a blank line.</returns>
    private string[] Fields(ReadOnlySpan<char> record)
    {
        if (record.IsWhiteSpace())
        {
            return [];
        }

        record = record.TrimEnd('\n').TrimEnd('\r');
        var fields = new List<string>();
        while (true)
        {
            var length = FieldLength(record);
            fields.Add(Unquoted(record[..length]));
            if (length == record.Length)
            {
                return [.. fields];
            }

            record = record[(length + 1)..];
        }
    }

    private int FieldLength(ReadOnlySpan<char> rest)
    {
        var from = rest is [CsvScan.Quote, ..] ? ClosingQuote(rest) + 1 : 0;
        var at = rest[from..].IndexOf(delimiter);
        return at < 0 ? rest.Length : from + at;
    }

    private static string Unquoted(ReadOnlySpan<char> field)
    {
        if (field is not [CsvScan.Quote, ..])
        {
            return field.ToString();
        }

        var close = ClosingQuote(field);
        var inner = field[1..Math.Max(1, close)].ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
        return close + 1 >= field.Length ? inner : string.Concat(inner, field[(close + 1)..]);
    }

    private static int ClosingQuote(ReadOnlySpan<char> field)
    {
        var at = 1;
        while (true)
        {
            var next = field[at..].IndexOf(CsvScan.Quote);
            if (next < 0)
            {
                return field.Length - 1;
            }

            at += next;
            if (at + 1 >= field.Length || field[at + 1] != CsvScan.Quote)
            {
                return at;
            }

            at += 2;
        }
    }
}
