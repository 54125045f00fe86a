using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using VectorDb.Api.Limits;
using VectorDb.Api.Problems;

namespace VectorDb.Api.Json;

/// <summary>A JSON request body in pooled memory, known to be well-formed text. Dispose gives the memory back.</summary>
internal sealed class JsonBody : IDisposable
{
    private const int FirstSize = 16 * 1024;

    private readonly BodyMemory _memory;
    private IDisposable? _room;
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    private JsonBody(BodyMemory memory) => _memory = memory;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(_start.._end);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="checksStrings">False for a caller that judges strings itself, as it can tell where a bad one is.</param>
    /// <exception cref="RequestException">415 for another content type, 400 for what is not JSON, 503 when there is no room for it now.</exception>
    /// <exception cref="BadHttpRequestException">413 for a body over the limit.</exception>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken, bool checksStrings = true)
    {
        if (!request.HasJsonContentType())
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON: send Content-Type: application/json.");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "Only uploads may be compressed; send this body plain.");
        }

        var body = new JsonBody(request.HttpContext.RequestServices.GetRequiredService<BodyMemory>());
        try
        {
            await body.FillAsync(request, cancellationToken);
            JsonText.CheckEncoding(body.Span);
            if (checksStrings)
            {
                JsonText.CheckStrings(body.Span);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <exception cref="RequestException">It is not the JSON of a <typeparamref name="T"/>.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Span, type) ?? throw RequestException.Invalid("body", "must be a JSON object");
        }
        catch (JsonException exception)
        {
            throw JsonText.Invalid(exception);
        }
    }

    public void Dispose()
    {
        Return(_buffer);
        _buffer = [];
        (_start, _end) = (0, 0);
        _room?.Dispose();
        _room = null;
    }

    private async Task FillAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // One byte more than the longest body: a full buffer is always too small, and only the end of the body leaves room in it.
        var largest = (int)Math.Min(
            (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? Array.MaxLength) + 1, Array.MaxLength);
        // Nor is a full buffer ever enough for a body as long as announced. What is announced is not there yet, and so takes no room yet, but
        // for a small body. One that is announced as longer than allowed is refused by the server at the first read.
        var whole = request.ContentLength < largest ? (int)request.ContentLength + 1 : largest;
        await GrowAsync(whole <= BodyMemory.LargestSmallBody ? whole : FirstSize, whole, cancellationToken);
        int read;
        while ((read = await request.Body.ReadAsync(_buffer.AsMemory(_end), cancellationToken)) > 0)
        {
            _end += read;
            if (_end == _buffer.Length)
            {
                await GrowAsync(_end < whole ? (int)Math.Min(2L * _end, whole) : throw TooLarge(largest), whole, cancellationToken);
            }
        }

        _start = Span.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
    }

    private async Task GrowAsync(int wanted, int whole, CancellationToken cancellationToken)
    {
        var (size, room) = await _memory.GrowAsync(_end, wanted, whole, cancellationToken);
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Span.CopyTo(larger);
        Return(_buffer);
        _buffer = larger;
        _room?.Dispose();
        _room = room;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static BadHttpRequestException TooLarge(int largest) =>
        new($"The body is larger than {largest - 1} bytes.", StatusCodes.Status413PayloadTooLarge);
}
