using VectorDb.Core.Embeddings;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>An embedder whose trouble the test chooses; vectors are those of the hashing embedder.</summary>
internal sealed class StubEmbedder : ITextEmbedder
{
    private readonly HashingEmbedder _inner = new(16);

    public string Name => _inner.Name;

    public int Dimension => _inner.Dimension;

    /// <summary>Every text that was really embedded, in order.</summary>
    public List<string> Embedded { get; } = [];

    /// <summary>Called before each call with its texts; may throw or wait.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Texts that hold it are refused.</summary>
    public string? Refused { get; set; }

    public string RefusedWith { get; set; } = "refused";

    /// <summary>For so long, for a reason that is the embedder's own; null for one of the text.</summary>
    public TimeSpan? RefusedFor { get; set; }

    /// <summary>Texts that hold it get a vector without a direction, which no store takes for cosine.</summary>
    public string? Zero { get; set; }

    public async Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        await Before(texts, cancellationToken);
        Embedded.AddRange(texts);
        var outcomes = await _inner.EmbedAsync(texts, cancellationToken);
        return [.. outcomes.Zip(texts, (outcome, text) =>
            Refused is { } refused && text.Contains(refused, StringComparison.Ordinal) ? new EmbeddingOutcome(Vector: null, RefusedWith) { RetryAfter = RefusedFor }
            : Zero is { } zero && text.Contains(zero, StringComparison.Ordinal) ? new EmbeddingOutcome(new float[Dimension], Error: null)
            : outcome)];
    }
}
