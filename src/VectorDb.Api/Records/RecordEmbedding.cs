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

        var texts = waiting.ConvertAll(index => records[index].Text!);
        var outcomes = await embedder.EmbedAsync(texts, $"records[{waiting[0]}].text", spec, cancellationToken);
        var errors = new FieldErrors();
        for (var i = 0; i < waiting.Count; i++)
        {
            var record = records[waiting[i]];
            if (outcomes[i].Vector is { } vector)
            {
                records[waiting[i]] = record with { Vector = vector, ContentHash = ContentHash.Of(embedder.Name, record.Text!) };
            }
            else
            {
                errors.AddRecord(waiting[i], $"text: {outcomes[i].Error}");
            }
        }

        errors.ThrowIfAny();
    }

    /// <returns>The vector of one text of the request.</returns>
    /// <inheritdoc cref="EmbedAsync(ITextEmbedder, List{Record}, CollectionSpec, CancellationToken)"/>
    public static async Task<ReadOnlyMemory<float>> EmbedAsync(
        this ITextEmbedder embedder, string text, CollectionSpec spec, CancellationToken cancellationToken)
    {
        var outcomes = await embedder.EmbedAsync([text], "text", spec, cancellationToken);
        return outcomes[0].Vector ?? throw RequestException.Invalid("text", outcomes[0].Error ?? "could not be embedded");
    }

    private static async Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(
        this ITextEmbedder embedder, IReadOnlyList<string> texts, string field, CollectionSpec spec, CancellationToken cancellationToken)
    {
        if (embedder.Dimension != spec.Dimension)
        {
            throw RequestException.Invalid(
                field, $"cannot be embedded: {embedder.Name} makes {embedder.Dimension} numbers, the collection has dimension {spec.Dimension}; send vectors");
        }

        try
        {
            return await embedder.EmbedAsync(texts, cancellationToken);
        }
        catch (EmbedderUnavailableException exception)
        {
            throw new RequestException(StatusCodes.Status503ServiceUnavailable, $"The text cannot be embedded now: {exception.Message}")
            {
                RetryAfter = exception.RetryAfter ?? UsualWait,
            };
        }
    }
}
