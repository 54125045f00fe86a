using System.Globalization;
using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;

namespace VectorDb.Core.Embeddings;

/// <summary>
/// Vectors without a model: words, pairs of words and character n-grams are hashed to signed features of a fixed number of
/// dimensions, damped by the square root of how often they occur, and scaled to length 1. Texts that share words or parts of
/// words are near. The same text has the same vector on every machine.
/// </summary>
internal sealed class HashingEmbedder(int dimension) : ITextEmbedder
{
    private const float WordWeight = 1f;
    private const float PairWeight = 0.5f;
    private const float GramWeight = 0.3f;
    private const int GramLength = 3;
    private const string EmptyText = "The text is empty.";

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"hashing-{dimension}");

    public int Dimension => dimension;

    public Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var outcomes = new EmbeddingOutcome[texts.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            outcomes[i] = string.IsNullOrWhiteSpace(texts[i])
                ? new EmbeddingOutcome(Vector: null, EmptyText)
                : new EmbeddingOutcome(Embed(texts[i]), Error: null);
        }

        return Task.FromResult<IReadOnlyList<EmbeddingOutcome>>(outcomes);
    }

    private float[] Embed(string text)
    {
        var counts = new Dictionary<ulong, float>();
        var folded = text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().AsSpan();
        var previous = 0UL;
        foreach (var range in Words(folded))
        {
            var word = folded[range];
            var hash = Hash(word, seed: 1);
            Count(counts, hash, WordWeight);
            if (previous != 0)
            {
                Count(counts, Pair(previous, hash), PairWeight);
            }

            previous = hash;
            for (var at = 0; at + GramLength <= word.Length; at++)
            {
                Count(counts, Hash(word.Slice(at, GramLength), seed: 2), GramWeight);
            }
        }

        if (counts.Count == 0)
        {
            Count(counts, Hash(folded, seed: 3), WordWeight);
        }

        return Project(counts);
    }

    private float[] Project(Dictionary<ulong, float> counts)
    {
        var vector = new float[dimension];
        foreach (var (hash, weight) in counts)
        {
            var sign = (hash & 1) == 0 ? 1f : -1f;
            vector[(int)((hash >> 1) % (uint)dimension)] += sign * MathF.Sqrt(weight);
        }

        var length = TensorPrimitives.Norm(vector);
        if (length == 0)
        {
            // Features that cancel each other exactly still deserve a direction.
            vector[(int)(counts.Keys.Min() % (uint)dimension)] = 1;
            return vector;
        }

        TensorPrimitives.Divide(vector, length, vector);
        return vector;
    }

    private static List<Range> Words(ReadOnlySpan<char> text)
    {
        var words = new List<Range>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inWord = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (inWord && start < 0)
            {
                start = i;
            }
            else if (!inWord && start >= 0)
            {
                words.Add(start..i);
                start = -1;
            }
        }

        return words;
    }

    private static void Count(Dictionary<ulong, float> counts, ulong hash, float weight) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, hash, out _) += weight;

    private static ulong Hash(ReadOnlySpan<char> text, long seed) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), seed);

    private static ulong Pair(ulong first, ulong second) =>
        (ulong.RotateLeft(first, 23) ^ second) * 0x9E37_79B9_7F4A_7C15UL;
}
