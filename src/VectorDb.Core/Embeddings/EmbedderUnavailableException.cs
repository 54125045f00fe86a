namespace VectorDb.Core.Embeddings;

/// <summary>The embedder cannot work now; nothing is wrong with the texts.</summary>
/// <param name="message">What is away and why.</param>
/// <param name="retryAfter">When to ask again at the earliest; null when unknown.</param>
public sealed class EmbedderUnavailableException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
