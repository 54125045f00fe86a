using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Aws;

/// <summary>The JSON 1.1 protocol: the action in a header, records in and out.</summary>
/// <param name="transport">Signs, sends and retries.</param>
/// <param name="endpoint">Address of the service.</param>
/// <param name="targetPrefix">First part of <c>X-Amz-Target</c>, e.g. <c>secretsmanager</c>.</param>
internal sealed class AwsJsonProtocol(AwsTransport transport, Uri endpoint, string targetPrefix) : IDisposable
{
    /// <summary>Members that are null are left out; AWS dates are seconds since 1970 as a number.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = true,
        Converters = { new UnixSecondsConverter() },
    };

    /// <exception cref="AwsException">The service refused.</exception>
    public Task<TOut> CallAsync<TOut>(string action, object input, CancellationToken cancellationToken) =>
        transport.SendAsync(
            () =>
            {
                var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(input, Json));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
                var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
                request.Headers.Add("X-Amz-Target", $"{targetPrefix}.{action}");
                return request;
            },
            (response, body) => response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize<TOut>(body.Length == 0 ? "{}" : body, Json)!
                : throw ErrorOf(action, response, body),
            cancellationToken);

    public void Dispose() => transport.Dispose();

    private AwsException ErrorOf(string action, HttpResponseMessage response, string body)
    {
        try
        {
            var error = JsonSerializer.Deserialize<ErrorBody>(body, Json);
            // The type may carry a namespace before '#' and a link after ':'.
            var code = error?.Type?.Split('#')[^1].Split(':')[0];
            return new AwsException(transport.Service, action, code ?? "Unknown", error?.Message ?? body, response.StatusCode);
        }
        catch (JsonException)
        {
            return new AwsException(transport.Service, action, response.StatusCode.ToString(), body, response.StatusCode);
        }
    }

    private sealed record ErrorBody([property: JsonPropertyName("__type")] string? Type, string? Message);

    private sealed class UnixSecondsConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
                ? reader.GetDateTimeOffset()
                : DateTimeOffset.FromUnixTimeMilliseconds((long)(reader.GetDouble() * 1000));

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.ToUnixTimeMilliseconds() / 1000.0);
    }
}
