using VectorDb.Core.Ingest;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

internal static class Uploads
{
    public static async Task<List<Outcome>> ReadAsync(byte[] content, UploadOptions options, string fileKey)
    {
        var task = new IngestTask("t", "docs", TaskState.Processing, options, fileKey, 0, 0, 0, DateTimeOffset.UnixEpoch, null, null, null)
        {
            ContentHash = "0123456789abcdef",
        };
        return await UploadRecords.ReadAsync(new MemoryStream(content), task, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
    }
}
