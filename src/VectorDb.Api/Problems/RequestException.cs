using System.Runtime.InteropServices;

namespace VectorDb.Api.Problems;

/// <summary>The request cannot be done, and why: becomes the problem details of the answer.</summary>
internal sealed class RequestException(int status, string detail, IReadOnlyDictionary<string, string[]>? errors = null) : Exception(detail)
{
    public int Status { get; } = status;

    public IReadOnlyDictionary<string, string[]>? Errors { get; } = errors;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>For the log alone, where the detail keeps it from the caller.</summary>
    public string? Reason { get; init; }

    public static RequestException Invalid(string field, string what) =>
        new(StatusCodes.Status400BadRequest, $"{field}: {what}", new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [what] });
}

/// <summary>Collects everything that is wrong with a request, so that the caller need not find it out bit by bit.</summary>
internal sealed class FieldErrors
{
    private const int MostStrangeFields = 100;
    private const int LongestName = 100;
    private readonly Dictionary<string, List<string>> _fields = new(StringComparer.Ordinal);
    private int _untold;

    public bool Any => _fields.Count > 0;

    /// <summary>A field of the request itself. A caller who makes up thousands hears of the first, and of how many there are.</summary>
    public void Add(string field, string what)
    {
        field = field.Length <= LongestName ? field : field[..LongestName] + "...";
        if (_fields.Count < MostStrangeFields || _fields.ContainsKey(field))
        {
            Tell(field, what);
        }
        else
        {
            _untold++;
        }
    }

    /// <summary>Every bad record is reported: the size of the batch is limited already.</summary>
    /// <param name="problem"><c>{field}: {what}</c>, as the rules of records put it.</param>
    public void AddRecord(int index, string problem)
    {
        var colon = problem.IndexOf(": ", StringComparison.Ordinal);
        var (field, what) = colon < 0 ? ("", problem) : ("." + problem[..colon], problem[(colon + 2)..]);
        Tell($"records[{index}]{field}", what);
    }

    /// <exception cref="RequestException">There is one.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw ToException();
        }
    }

    public RequestException ToException()
    {
        var (field, what) = _fields.First();
        var others = _fields.Count - 1 + _untold;
        var more = others > 0 ? $" (and {others} more)" : "";
        return new RequestException(
            StatusCodes.Status400BadRequest,
            $"{field}: {what[0]}{more}",
            _fields.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToArray(), StringComparer.Ordinal));
    }

    private void Tell(string field, string what)
    {
        var told = CollectionsMarshal.GetValueRefOrAddDefault(_fields, field, out _) ??= [];
        // A field may be given millions of times.
        if (!told.Contains(what))
        {
            told.Add(what);
        }
    }
}
