using System.Text.Json;
using VectorDb.Build.Releases.Locking;

namespace VectorDb.Build.Releases.Files;

/// <summary>The lock's document as a JSON file.</summary>
internal sealed class FileLockStore(string path) : ILockStore
{
    public async Task<LockState> ReadAsync(CancellationToken cancellationToken) =>
        await DurableFile.ReadAsync(path, cancellationToken) is { } json ? JsonSerializer.Deserialize(json, ReleaseJson.Readable.LockState)! : LockState.Free;

    public async Task<bool> TryWriteAsync(LockState next, CancellationToken cancellationToken)
    {
        using var guard = await FileGuard.EnterAsync(path + ".guard", cancellationToken);
        if ((await ReadAsync(cancellationToken)).Revision != next.Revision - 1)
        {
            return false;
        }

        await DurableFile.WriteAsync(path, JsonSerializer.SerializeToUtf8Bytes(next, ReleaseJson.Readable.LockState), cancellationToken);
        return true;
    }
}
