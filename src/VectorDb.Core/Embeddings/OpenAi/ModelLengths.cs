namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>How long vectors OpenAI's own models make. Of others nothing is known before their first answer, whose vectors are measured.</summary>
internal static class ModelLengths
{
    /// <returns>Why the model makes no vectors of that length; null when it does, or is not known.</returns>
    public static string? Fault(string model, long dimension) => model switch
    {
        "text-embedding-ada-002" when dimension != 1536 => "makes vectors of 1536 numbers and no others; set it to 1536",
        "text-embedding-3-small" when dimension > 1536 => "makes vectors of 1536 numbers at most",
        "text-embedding-3-large" when dimension > 3072 => "makes vectors of 3072 numbers at most",
        _ => null,
    };
}
