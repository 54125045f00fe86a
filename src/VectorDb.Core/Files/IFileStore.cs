namespace VectorDb.Core.Files;

/// <summary>Uploaded files and error files, by key: a folder or an S3 bucket.</summary>
public interface IFileStore
{
    /// <summary>Streams to storage; nothing is visible under the key until all of it is there.</summary>
    /// <returns>Bytes and SHA-256 (lower-case hex) of what was stored.</returns>
    Task<StoredFile> WriteAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <exception cref="FileNotFoundException">No file has that key.</exception>
    Task<Stream> OpenAsync(string key, CancellationToken cancellationToken);

    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keys of uploads and chunks last written before then, those included that a killed process left half written.</summary>
    IAsyncEnumerable<string> OlderThanAsync(DateTimeOffset writtenBefore, CancellationToken cancellationToken);

    Task PingAsync(CancellationToken cancellationToken);
}

public sealed record StoredFile(string Key, long Bytes, string Sha256);
