namespace VectorDb.Core.Embeddings;

/// <summary>Texts in, vectors out. Throttling, batching, bisecting and retries are inside.</summary>
public interface ITextEmbedder
{
    /// <summary>Shown in health and part of each content hash, e.g. <c>hashing-384</c> or <c>openai:text-embedding-3-small</c>.</summary>
    string Name { get; }

    /// <summary>Length of every vector it makes.</summary>
    int Dimension { get; }

    /// <returns>One outcome for each text, in order: a text that the service refuses does not take the others with it.</returns>
    Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <param name="Vector">The vector, or null when this text could not be embedded.</param>
/// <param name="Error">Why not.</param>
public readonly record struct EmbeddingOutcome(ReadOnlyMemory<float>? Vector, string? Error)
{
    /// <summary>When the embedder takes texts again, where the error is its own and not the text's: it is out of quota.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
