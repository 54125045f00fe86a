using System.Buffers;
using System.Security.Cryptography;

namespace VectorDb.Core.Files;

internal static class HashingCopy
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Copies to the end and hashes what passes, in constant memory.</summary>
    public static async Task<StoredFile> RunAsync(string key, Stream source, Stream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var bytes = 0L;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                bytes += read;
            }

            return new StoredFile(key, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
