using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Testing.OpenAi;

/// <summary>
/// OpenAI's embeddings call on loopback: its limits (and the headers that tell of them), its errors, and vectors that depend on the
/// text alone. Faults come on demand or at a rate.
/// </summary>
public sealed class EmulatedOpenAi : IAsyncDisposable
{
    private const int MostInputs = 2_048;
    private readonly WebApplication _app;
    private readonly EmulatedLimits _limits;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private double _available;
    private TimeSpan _filledAt;
    private readonly long _started = TimeProvider.System.GetTimestamp();

    private EmulatedOpenAi(WebApplication app, EmulatedLimits limits)
    {
        (_app, _limits, _random, _available) = (app, limits, new Random(limits.Seed), limits.Burst);
    }

    /// <summary>What goes into <c>VECTORDB_OPENAI_BASE_URL</c>.</summary>
    public Uri BaseUrl => new(_app.Urls.First() + "/v1");

    /// <summary>Since it started: the clock of <see cref="Requests"/>.</summary>
    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_started);

    /// <summary>Every request that arrived: when, how many inputs, and the status it got.</summary>
    public ConcurrentQueue<EmulatedRequest> Requests { get; } = new();

    /// <summary>Answers that the next requests get instead of vectors, first in first out.</summary>
    public ConcurrentQueue<EmulatedFault> Faults { get; } = new();

    /// <summary>A request with a text that holds it is refused with 400.</summary>
    public string? Poison { get; set; }

    public static async Task<EmulatedOpenAi> StartAsync(EmulatedLimits limits, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = 64 * 1024 * 1024);
        var app = builder.Build();
        var emulated = new EmulatedOpenAi(app, limits);
        app.MapPost("/v1/embeddings", (RequestDelegate)emulated.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return emulated;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var arrived = Now;
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var inputs = Inputs(body.RootElement.GetProperty("input"));
        var fault = Admit(arrived, context.Response) ?? Fault(inputs);
        Requests.Enqueue(new EmulatedRequest(arrived, inputs.Length, fault?.Status ?? StatusCodes.Status200OK)
        {
            Key = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal),
        });
        await Task.Delay(_limits.Latency, context.RequestAborted);
        if (fault is not null)
        {
            await fault.WriteAsync(context);
            return;
        }

        var dimension = body.RootElement.TryGetProperty("dimensions", out var chosen) ? chosen.GetInt32() : _limits.Dimension;
        var asBase64 = body.RootElement.TryGetProperty("encoding_format", out var format) && format.GetString() == "base64";
        await WriteVectorsAsync(context, inputs, dimension, asBase64);
    }

    /// <summary>A bucket that refills evenly; null when the request may pass.</summary>
    private EmulatedFault? Admit(TimeSpan now, HttpResponse response)
    {
        lock (_gate)
        {
            _available = Math.Min(_limits.Burst, _available + ((now - _filledAt).TotalSeconds * _limits.RequestsPerSecond));
            _filledAt = now;
            var admitted = _available >= 1;
            _available -= admitted ? 1 : 0;
            var reset = (_limits.Burst - _available) / _limits.RequestsPerSecond;
            response.Headers["x-ratelimit-limit-requests"] = (_limits.RequestsPerSecond * 60).ToString(CultureInfo.InvariantCulture);
            response.Headers["x-ratelimit-remaining-requests"] = ((int)_available).ToString(CultureInfo.InvariantCulture);
            response.Headers["x-ratelimit-reset-requests"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(reset * 1000)}ms");
            return admitted ? null : EmulatedFault.RateLimit(TimeSpan.FromSeconds((1 - _available) / _limits.RequestsPerSecond));
        }
    }

    private EmulatedFault? Fault(string[] inputs)
    {
        if (Faults.TryDequeue(out var next))
        {
            return next;
        }

        if (inputs.Length > MostInputs || Array.Exists(inputs, static input => input.Length == 0))
        {
            return EmulatedFault.BadRequest("'$.input' is invalid.");
        }

        if (Poison is { } poison && Array.Exists(inputs, input => input.Contains(poison, StringComparison.Ordinal)))
        {
            return EmulatedFault.BadRequest("The input cannot be processed.");
        }

        lock (_gate)
        {
            return _random.NextDouble() >= _limits.FaultRate ? null
                : _random.Next(2) == 0 ? EmulatedFault.ServerError() : EmulatedFault.Overloaded();
        }
    }

    private static string[] Inputs(JsonElement input) =>
        input.ValueKind == JsonValueKind.Array ? [.. input.EnumerateArray().Select(static item => item.GetString()!)] : [input.GetString()!];

    private static async Task WriteVectorsAsync(HttpContext context, string[] inputs, int dimension, bool asBase64)
    {
        context.Response.ContentType = "application/json";
        var output = context.Response.BodyWriter;
        var vector = new float[dimension];
        Write("{\"object\":\"list\",\"model\":\"emulated\",\"data\":[");
        for (var i = 0; i < inputs.Length; i++)
        {
            EmulatedVector.Fill(inputs[i], vector);
            Write(string.Create(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}{{\"object\":\"embedding\",\"index\":{i},\"embedding\":"));
            if (asBase64)
            {
                Write("\"");
                var bytes = MemoryMarshal.AsBytes(vector.AsSpan());
                Base64.EncodeToUtf8(bytes, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
                output.Advance(written);
                Write("\"}");
            }
            else
            {
                Write($"[{string.Join(',', vector.Select(static value => value.ToString("R", CultureInfo.InvariantCulture)))}]}}");
            }

            if (i % 64 == 63)
            {
                await output.FlushAsync(context.RequestAborted);
            }
        }

        var tokens = inputs.Sum(static input => (input.Length / 4) + 1);
        Write(string.Create(CultureInfo.InvariantCulture, $"],\"usage\":{{\"prompt_tokens\":{tokens},\"total_tokens\":{tokens}}}}}"));
        await output.FlushAsync(context.RequestAborted);

        void Write(string text) => output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }
}

/// <param name="At">Since the emulator started.</param>
public sealed record EmulatedRequest(TimeSpan At, int Inputs, int Status)
{
    /// <summary>What it was asked with.</summary>
    public string Key { get; init; } = "";
}

public sealed record EmulatedLimits
{
    public double RequestsPerSecond { get; init; } = 5;

    /// <summary>Requests that may come at once after a pause.</summary>
    public double Burst { get; init; } = 2;

    public int Dimension { get; init; } = 1_536;

    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of requests that fail, half of them with 429 and half with 500.</summary>
    public double FaultRate { get; init; }

    public int Seed { get; init; } = 1;
}

public static class EmulatedVector
{
    /// <summary>A vector of length 1 that depends on the text alone.</summary>
    public static void Fill(string text, Span<float> vector)
    {
        var state = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan())) | 1;
        var squares = 0f;
        for (var i = 0; i < vector.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            vector[i] = (int)(state >> 40) / (float)(1 << 23) - 1f;
            squares += vector[i] * vector[i];
        }

        var scale = 1 / MathF.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] *= scale;
        }
    }
}
