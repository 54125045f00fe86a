using System.Text;
using Microsoft.ML.Tokenizers;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// How many tokens a text has. Exact counting (cl100k, all of OpenAI's embedding models) is slow beside everything else a worker
/// does, so it is kept for texts where it decides something: a text never has more tokens than UTF-8 bytes.
/// </summary>
internal static class TokenCount
{
    /// <summary>English has about 4.5 bytes a token, Chinese about 2.5. A request that this lets grow too large is bisected.</summary>
    private const int BytesEach = 3;

    private static readonly Lazy<Tokenizer> Exact = new(static () => TiktokenTokenizer.CreateForEncoding("cl100k_base"));

    public static int Estimate(string text) => (Encoding.UTF8.GetByteCount(text) / BytesEach) + 1;

    public static bool IsOver(string text, int limit) =>
        text.Length > limit / BytesEach && Encoding.UTF8.GetByteCount(text) > limit && Exact.Value.CountTokens(text) > limit;

    public static int Of(string text) => Exact.Value.CountTokens(text);
}
