using System.Net.Sockets;
using Npgsql;

namespace VectorDb.Core.Stores.Postgres;

internal static class PostgresFaults
{
    public static bool IsFault(Exception exception) =>
        exception is NpgsqlException and not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } or SocketException or TimeoutException;

    /// <summary>Whether the server refuses a write because it only reads.</summary>
    public static bool IsOfReader(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    public static Exception Error(Exception exception) => exception switch
    {
        // Class 22, data exceptions: sent again it would fail again.
        PostgresException { SqlState: ['2', '2', ..] } data => new InvalidQueryException("body", $"PostgreSQL cannot take a value of it: {data.MessageText}."),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory } => new StoreException(
            StoreFault.Full, $"PostgreSQL has no room: enlarge its storage and send the batch again; nothing of it was written ({exception.Message})", exception),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } => new StoreException(
            StoreFault.Corrupt, $"PostgreSQL reports damage: restore a snapshot ({exception.Message})", exception),
        _ when IsOfReader(exception) => new StoreException(
            StoreFault.Busy, $"PostgreSQL only reads here, as after a failover: its connections are made anew; send the request again ({exception.Message})", exception),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } => new StoreException(
            StoreFault.Busy,
            $"PostgreSQL refuses the password, as after a change until the new one is read here, within a minute or so; send the request again ({exception.Message})", exception),
        PostgresException { IsTransient: true } => new StoreException(
            StoreFault.Busy, $"PostgreSQL was busy; send the request again ({exception.Message})", exception),
        _ => new StoreException(StoreFault.Unavailable, $"PostgreSQL cannot be used ({exception.Message})", exception),
    };
}
