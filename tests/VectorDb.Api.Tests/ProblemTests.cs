using System.Net;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.S3;
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
    private const int ReadError = 10;
    private const int CannotOpen = 14;

    public static TheoryData<Exception> Passing { get; } =
    [
        new SqliteException("database is locked", Busy),
        new SqliteException("database table is locked", Locked),
        new StoreException(StoreFault.Busy, "held by another writer"),
    ];

    public static TheoryData<Exception> Outages { get; } =
    [
        new SqliteException("disk I/O error", ReadError),
        new SqliteException("unable to open database file", CannotOpen),
        new StoreException(StoreFault.Unavailable, "no answer"),
        new AmazonS3Exception("slow down", ErrorType.Sender, "SlowDown", "request", HttpStatusCode.ServiceUnavailable),
        new AmazonServiceException("no answer"),
        new AmazonClientException("no answer"),
        new ProvisionedThroughputExceededException("too much"),
        new HttpRequestException("connection refused"),
    ];

    [Theory]
    [MemberData(nameof(Outages), DisableDiscoveryEnumeration = true)]
    public Task A_part_that_is_away_is_503_with_the_seconds_to_wait(Exception exception) => PassesAsync(exception);

    [Fact]
    public async Task What_AWS_refuses_is_our_mistake_and_no_outage() => Assert.Equal(
        StatusCodes.Status500InternalServerError,
        (await FailAsync(new AmazonS3Exception("denied", ErrorType.Sender, "AccessDenied", "request", HttpStatusCode.Forbidden))).Response.StatusCode);

    [Theory]
    [MemberData(nameof(Passing), DisableDiscoveryEnumeration = true)]
    public Task A_ledger_or_store_that_another_writer_holds_is_503_with_the_seconds_to_wait(Exception exception) => PassesAsync(exception);

    private static async Task PassesAsync(Exception exception)
    {
        var context = await FailAsync(exception);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, context.Response.StatusCode);
        Assert.Equal("1", context.Response.Headers.RetryAfter);
    }

    private static async Task<HttpContext> FailAsync(Exception exception)
    {
        var context = new DefaultHttpContext();
        await new ProblemMiddleware(_ => throw exception, NullLogger<ProblemMiddleware>.Instance).InvokeAsync(context);
        return context;
    }
}
