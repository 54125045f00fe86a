using System.Globalization;
using VectorDb.Api.Problems;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Uploads;

/// <summary>The options of an upload, gathered from the query and from form fields before and after the file.</summary>
internal sealed class UploadForm
{
    private const int LongestValue = 1024;
    private const int MostValues = 256;
    private const int LargestChunk = 1_000_000;
    private static readonly string[] Known =
        ["idColumn", "textColumn", "textColumns", "metadataColumns", "delimiter", "chunkSize", "chunkOverlap", "onError", "format"];

    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly FieldErrors _errors = new();
    private int _count;

    public UploadForm(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            foreach (var value in values)
            {
                Add(name, value ?? "");
            }
        }
    }

    public void Add(string name, string value)
    {
        if (++_count > MostValues)
        {
            throw RequestException.Invalid("form", $"has more than {MostValues} fields");
        }

        if (!Known.Contains(name, StringComparer.Ordinal))
        {
            _errors.Add(name, $"is not an option of an upload; those are {string.Join(", ", Known)}");
        }
        else if (value.Length > LongestValue)
        {
            _errors.Add(name, $"is longer than {LongestValue} characters");
        }
        else if (!_values.TryAdd(name, [value]))
        {
            _values[name].Add(value);
        }
    }

    /// <exception cref="RequestException">Names every option that is wrong.</exception>
    public UploadOptions Read()
    {
        var texts = Many("textColumn").Concat(Split("textColumns")).ToList();
        var size = Number("chunkSize", 1, LargestChunk);
        var overlap = Number("chunkOverlap", 0, LargestChunk) ?? 0;
        if (overlap > 0 && (size is null || overlap > size / 2))
        {
            _errors.Add("chunkOverlap", "must be at most half of chunkSize");
        }

        var options = new UploadOptions(
            Choice("format", FileFormat.Auto, ("auto", FileFormat.Auto), ("csv", FileFormat.Csv), ("jsonl", FileFormat.JsonLines), ("text", FileFormat.Text)),
            One("idColumn"),
            texts.Count == 0 ? null : texts,
            _values.ContainsKey("metadataColumns") ? [.. Split("metadataColumns")] : null,
            Delimiter(),
            size,
            overlap,
            Choice("onError", OnError.Continue, ("continue", OnError.Continue), ("abort", OnError.Abort)));
        _errors.ThrowIfAny();
        return options;
    }

    private IEnumerable<string> Many(string name) =>
        (_values.GetValueOrDefault(name) ?? []).Where(static value => value.Length > 0);

    private IEnumerable<string> Split(string name) =>
        Many(name).SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private string? One(string name)
    {
        var values = Many(name).ToList();
        if (values.Count > 1)
        {
            _errors.Add(name, "is given more than once");
        }

        return values.FirstOrDefault();
    }

    private int? Number(string name, int min, int max)
    {
        if (One(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        _errors.Add(name, $"must be a whole number from {min} to {max}");
        return null;
    }

    private char? Delimiter()
    {
        var text = One("delimiter") switch
        {
            @"\t" or "tab" => "\t",
            var given => given,
        };
        if (text is null or [not ('"' or '\r' or '\n')])
        {
            return text?[0];
        }

        _errors.Add("delimiter", @"must be one character, or \t");
        return null;
    }

    private T Choice<T>(string name, T fallback, params (string Text, T Value)[] choices)
    {
        var text = One(name);
        foreach (var choice in choices)
        {
            if (choice.Text == text)
            {
                return choice.Value;
            }
        }

        if (text is not null)
        {
            _errors.Add(name, $"must be {string.Join(" or ", choices.Select(static choice => choice.Text))}");
        }

        return fallback;
    }
}
