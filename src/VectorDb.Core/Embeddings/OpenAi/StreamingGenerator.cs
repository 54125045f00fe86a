using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.Extensions.AI;
using EmbeddingClient = OpenAI.Embeddings.EmbeddingClient;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// The OpenAI client as an <see cref="IEmbeddingGenerator"/> that reads answers as streams; the client's own adapter buffers and copies
/// them, some 200 MB for a full request.
/// </summary>
internal sealed class StreamingGenerator(EmbeddingClient client, OpenAiOptions settings) : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var inputs = values as IReadOnlyList<string> ?? [.. values];
        using var body = BinaryContent.Create(BinaryData.FromBytes(Request(inputs)));
        var result = await client.GenerateEmbeddingsAsync(
            body, new RequestOptions { CancellationToken = cancellationToken, BufferResponse = false });
        using var response = result.GetRawResponse();
        var parser = new EmbeddingsParser(inputs.Count, settings.Dimension);
        await using var content = response.ContentStream ?? Stream.Null;
        var vectors = await parser.ReadAsync(content, cancellationToken);
        return new GeneratedEmbeddings<Embedding<float>>(vectors.Select(static vector => new Embedding<float>(vector)))
        {
            Usage = parser.Tokens is { } tokens ? new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens } : null,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(client) ? client : null;

    public void Dispose()
    {
        // The client belongs to whoever made it.
    }

    private byte[] Request(IReadOnlyList<string> inputs)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("model", settings.Model);
            writer.WriteString("encoding_format", "base64");
            if (settings.CanChooseDimension)
            {
                writer.WriteNumber("dimensions", settings.Dimension);
            }

            writer.WriteStartArray("input");
            foreach (var input in inputs)
            {
                writer.WriteStringValue(input);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
