using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using VectorDb.Api.Problems;
using VectorDb.Core.Stores;

namespace VectorDb.Api.Tests;

public sealed class ProblemTests
{
    private const int Busy = 5;
    private const int Locked = 6;

    public static TheoryData<Exception> Passing { get; } =
    [
        new SqliteException("database is locked", Busy),
        new SqliteException("database table is locked", Locked),
        new StoreException(StoreFault.Busy, "held by another writer"),
    ];

    [Theory]
    [MemberData(nameof(Passing), DisableDiscoveryEnumeration = true)]
    public async Task A_ledger_or_store_that_another_writer_holds_is_503_with_the_seconds_to_wait(Exception exception)
    {
        var context = new DefaultHttpContext();

        await new ProblemMiddleware(_ => throw exception, NullLogger<ProblemMiddleware>.Instance).InvokeAsync(context);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, context.Response.StatusCode);
        Assert.Equal("1", context.Response.Headers.RetryAfter);
    }
}
