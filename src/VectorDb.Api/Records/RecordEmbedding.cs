using VectorDb.Api.Problems;
using VectorDb.Core.Collections;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Records;

namespace VectorDb.Api.Records;

/// <summary>Vectors for what came as text.</summary>
internal static class RecordEmbedding
{
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(5);

    /// <summary>Fills the vectors of the records that have none.</summary>
    /// <exception cref="RequestException">The embedder does not fit the collection, refuses a text, or is away (503).</exception>
    public static async Task EmbedAsync(this ITextEmbedder embedder, List<Record> records, CollectionSpec spec, CancellationToken cancellationToken)
    {
        var waiting = Enumerable.Range(0, records.Count).Where(index => records[index].Vector.IsEmpty).ToList();
        if (waiting.Count == 0)
        {
            return;
        }

        var errors = new FieldErrors();
        if (Mismatch(embedder, spec) is { } mismatch)
        {
            waiting.ForEach(index => errors.AddRecord(index, $"text: {mismatch}"));
            throw errors.ToException();
        }

        var outcomes = await embedder.AskAsync(waiting.ConvertAll(index => records[index].Text!), cancellationToken);
        for (var i = 0; i < waiting.Count; i++)
        {
            var record = records[waiting[i]];
            if (outcomes[i].Vector is { } vector)
            {
                records[waiting[i]] = record with { Vector = vector, ContentHash = ContentHash.Of(embedder.Name, record.Text!) };
            }
            else if (outcomes[i].RetryAfter is null)
            {
                errors.AddRecord(waiting[i], $"text: {outcomes[i].Error}");
            }
        }

        errors.ThrowIfAny();
        ThrowIfAway(outcomes);
    }

    /// <returns>The vector of one text of the request.</returns>
    /// <inheritdoc cref="EmbedAsync(ITextEmbedder, List{Record}, CollectionSpec, CancellationToken)"/>
    public static async Task<ReadOnlyMemory<float>> EmbedAsync(
        this ITextEmbedder embedder, string text, CollectionSpec spec, CancellationToken cancellationToken)
    {
        if (Mismatch(embedder, spec) is { } mismatch)
        {
            throw RequestException.Invalid("text", mismatch);
        }

        var outcomes = await embedder.AskAsync([text], cancellationToken);
        ThrowIfAway(outcomes);
        return outcomes[0].Vector ?? throw RequestException.Invalid("text", outcomes[0].Error ?? "could not be embedded");
    }

    private static string? Mismatch(ITextEmbedder embedder, CollectionSpec spec) => embedder.Dimension == spec.Dimension
        ? null
        : $"cannot be embedded: {embedder.Name} makes {embedder.Dimension} numbers, the collection has dimension {spec.Dimension}; send vectors";

    private static async Task<IReadOnlyList<EmbeddingOutcome>> AskAsync(
        this ITextEmbedder embedder, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            return await embedder.EmbedAsync(texts, cancellationToken);
        }
        catch (EmbedderUnavailableException exception)
        {
            throw Away(exception.RetryAfter, exception.Message);
        }
    }

    private static void ThrowIfAway(IReadOnlyList<EmbeddingOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            if (outcome.RetryAfter is { } wait)
            {
                throw Away(wait, outcome.Error);
            }
        }
    }

    // The embedding service's own words are for its customer, which is us and not the caller: they go to the log alone.
    private static RequestException Away(TimeSpan? wait, string? reason) =>
        new(StatusCodes.Status503ServiceUnavailable, "The text cannot be embedded now; send this again later, or send vectors.")
        {
            RetryAfter = wait ?? UsualWait,
            Reason = $"The text cannot be embedded now: {reason}",
        };
}
