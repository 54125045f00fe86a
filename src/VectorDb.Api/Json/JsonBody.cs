using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using VectorDb.Api.Problems;

namespace VectorDb.Api.Json;

/// <summary>A JSON request body in pooled memory, known to be well-formed text. Dispose gives the memory back.</summary>
internal sealed class JsonBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private JsonBody(byte[] buffer) => _buffer = buffer;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <exception cref="RequestException">415 for another content type, 400 for what is not JSON.</exception>
    /// <exception cref="BadHttpRequestException">413 for a body over the limit.</exception>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON: send Content-Type: application/json.");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "Only uploads may be compressed; send this body plain.");
        }

        var body = new JsonBody(ArrayPool<byte>.Shared.Rent(FirstSize(request)));
        try
        {
            await body.FillAsync(request.Body, cancellationToken);
            JsonText.Check(body.Span);
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
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    // A declared length is only a promise: it sizes the first buffer up to a modest one.
    private static int FirstSize(HttpRequest request) => (int)Math.Clamp((request.ContentLength ?? 0) + 1, 4096, 1024 * 1024);

    private async Task FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        int read;
        while ((read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken)) > 0)
        {
            _length += read;
            if (_length == _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
                Span.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }
        }
    }
}
