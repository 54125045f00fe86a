using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Data.Sqlite;
using VectorDb.Core.Embeddings;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;

namespace VectorDb.Core.Ingest;

/// <summary>
/// A failure as clients read it, of whom any may read a task: what a dependency says of itself (hosts, users, roles) is for those who run the
/// service, and goes to the log alone.
/// </summary>
internal static class FailureReason
{
    /// <summary>That of a text which the embedder did not take for a reason of its own.</summary>
    public const string OfEmbedder = Embedder + Log;

    private const string Embedder = "The embeddings service could not be used";
    private const string Log = "; the log of the worker has the reason.";

    public static string Of(Exception exception) => IsOfInput(exception)
        ? exception.Message
        : Part(exception) + Log;

    /// <summary>Whether it is about what the client sent, and in words that are ours.</summary>
    public static bool IsOfInput(Exception exception) =>
        exception is InvalidRecordsException or InvalidQueryException or UnreadableFileException or CollectionNotFoundException;

    private static string Part(Exception exception) => exception switch
    {
        EmbedderUnavailableException => Embedder,
        StoreException { Fault: StoreFault.Full } => "The vector store has no room",
        StoreException => "The vector store could not be used",
        AmazonDynamoDBException or SqliteException => "The ledger of tasks could not be used",
        AmazonS3Exception or IOException or UnauthorizedAccessException => "The store of files could not be used",
        AmazonServiceException or AmazonClientException => "A service of AWS could not be used",
        OperationCanceledException or TimeoutException => "It took longer than it may",
        _ => "Something failed in the worker",
    };
}
