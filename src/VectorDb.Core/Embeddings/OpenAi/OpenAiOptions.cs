namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>A service that speaks OpenAI's embeddings API, and how much may be asked of it.</summary>
/// <param name="Model">For example <c>text-embedding-3-small</c>.</param>
/// <param name="Dimension">Length of the vectors; asked for where the model lets it be chosen.</param>
/// <param name="BaseUrl">Null for OpenAI's own.</param>
internal sealed record OpenAiOptions(string Model, int Dimension, string ApiKey, Uri? BaseUrl = null)
{
    /// <summary>The key at the time of each request, in place of <see cref="ApiKey"/>; null for one that never changes.</summary>
    public Func<string?>? CurrentKey { get; init; }

    /// <summary>Of all workers together, evenly spaced.</summary>
    public double RequestsPerSecond { get; init; } = 5;

    /// <summary>Of all workers together.</summary>
    public double TokensPerMinute { get; init; } = 5_000_000;

    public int MostInputs { get; init; } = 2_048;

    public int MostTokensInRequest { get; init; } = 300_000;

    public int MostTokensInInput { get; init; } = 8_192;

    /// <summary>A full request of 2,048 vectors is some 17 MB on the wire.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries of one request before the whole call is given back to the queue.</summary>
    public int MostAttempts { get; init; } = 6;

    public int MostAtOnce { get; init; } = 8;

    /// <summary>Nothing is asked for so long after the account ran out of quota.</summary>
    public TimeSpan QuotaPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Only the third generation of models takes a number of dimensions.</summary>
    public bool CanChooseDimension => Model.StartsWith("text-embedding-3", StringComparison.Ordinal);
}
