using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Data.Sqlite;
using VectorDb.Core.Collections;
using VectorDb.Core.Filters;
using VectorDb.Core.Records;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Problems;

/// <summary>Turns every failure into problem details. One that is not the caller's fault is logged, and told without internals.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadError = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int NoSpaceOnDevice = 28;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);

    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            {
                await context.WriteProblemAsync(context.Response.StatusCode, Explain(context));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Once the answer has begun, its status cannot change.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var failure = Translate(exception);
            if (ReferenceEquals(failure, exception) && failure.Status >= 500)
            {
                LogUnable(context.Request.Method, context.Request.Path, failure.Reason ?? failure.Message);
            }
            else if (failure.Status >= 500)
            {
                LogFailure(exception, context.Request.Method, context.Request.Path);
            }

            await context.WriteProblemAsync(failure.Status, failure.Message, failure.Errors, failure.RetryAfter);
        }
    }

    private static RequestException Translate(Exception exception) => exception switch
    {
        RequestException request => request,
        CollectionNotFoundException missing => new(StatusCodes.Status404NotFound, missing.Message),
        CollectionConflictException conflict => new(StatusCodes.Status409Conflict, conflict.Message),
        IdempotencyConflictException reused => new(StatusCodes.Status422UnprocessableEntity, reused.Message),
        InvalidCollectionException collection => RequestException.Invalid(collection.Field, collection.Message),
        InvalidQueryException query => RequestException.Invalid(query.Field, query.Message),
        InvalidRecordsException records => Of(records),
        StoreException store => Of(store),
        FilterException filter => new(StatusCodes.Status400BadRequest, filter.Message, new Dictionary<string, string[]> { ["filter"] = [filter.Message] }),
        BadHttpRequestException bad => new(bad.StatusCode, bad.Message),
        SqliteException { SqliteErrorCode: SqliteFull } => Full(),
        SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked } => Busy(),
        SqliteException { SqliteErrorCode: SqliteReadError or SqliteCannotOpen } => Away(),
        AmazonServiceException service when IsOutage(service) => Away(),
        AmazonClientException or HttpRequestException => Away(),
        IOException { HResult: NoSpaceOnDevice or NoSpaceOnWindows } => Full(),
        _ => Failed(),
    };

    private static RequestException Failed() =>
        new(StatusCodes.Status500InternalServerError, "Something failed here; the log has the reason under this request id.");

    private static RequestException Of(InvalidRecordsException exception)
    {
        var errors = new FieldErrors();
        foreach (var problem in exception.Problems)
        {
            errors.AddRecord(problem.Index, problem.Reason);
        }

        return errors.ToException();
    }

    private static RequestException Of(StoreException exception) => exception.Fault switch
    {
        StoreFault.Full => Full(),
        StoreFault.Busy => Busy(),
        StoreFault.Unavailable => Away(),
        _ => Failed(),
    };

    // Status 0 means that no answer came. A refusal is a mistake of ours, which no retry heals, unless we asked too much.
    private static bool IsOutage(AmazonServiceException exception) =>
        (int)exception.StatusCode is 0 or >= StatusCodes.Status500InternalServerError or StatusCodes.Status429TooManyRequests
        || exception is { Retryable: not null } or ProvisionedThroughputExceededException or ThrottlingException;

    private static RequestException Away() =>
        new(StatusCodes.Status503ServiceUnavailable, "A store that this needs is away; send this again later.") { RetryAfter = BusyWait };

    private static RequestException Busy() =>
        new(StatusCodes.Status503ServiceUnavailable, "The store is busy; send this again.") { RetryAfter = BusyWait };

    private static RequestException Full() =>
        new(StatusCodes.Status507InsufficientStorage, "There is no room left to store this; nothing of it was kept.");

    private static string? Explain(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}; /docs lists every call.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible here; Allow lists what is.",
        StatusCodes.Status415UnsupportedMediaType => $"Content-Type '{context.Request.ContentType}' is not taken here; /docs lists what is.",
        StatusCodes.Status504GatewayTimeout => "The request took too long and was given up.",
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} could not be done: {Reason}")]
    private partial void LogUnable(string method, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailure(Exception exception, string method, string path);
}
