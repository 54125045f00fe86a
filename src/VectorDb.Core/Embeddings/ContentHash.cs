using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace VectorDb.Core.Embeddings;

public static class ContentHash
{
    /// <summary>SHA-256 (lower-case hex) of the embedder's name and the text: the same hash means the same vector.</summary>
    public static string Of(string embedder, string text)
    {
        var size = Encoding.UTF8.GetMaxByteCount(embedder.Length + 1 + text.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var length = Encoding.UTF8.GetBytes(embedder, buffer);
            buffer[length++] = 0;
            length += Encoding.UTF8.GetBytes(text, buffer.AsSpan(length));
            return Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
