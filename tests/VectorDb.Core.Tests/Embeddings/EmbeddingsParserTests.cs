using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using VectorDb.Core.Embeddings.OpenAi;

namespace VectorDb.Core.Tests.Embeddings;

public sealed class EmbeddingsParserTests
{
    private static readonly string Base64 = Convert.ToBase64String(MemoryMarshal.AsBytes<float>([3f, 4f]));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_096)]
    public async Task Vectors_in_base64_or_as_numbers_in_any_order_are_read_however_the_bytes_arrive(int bytesAtATime)
    {
        var json = $$"""{"object":"list","data":[{"index":1,"embedding":[1,-2.5e0]},{"embedding":"{{Base64}}","object":"embedding","index":0}],"usage":{"prompt_tokens":9,"total_tokens":9} }""";
        var parser = new EmbeddingsParser(inputs: 2, dimension: 2);

        var vectors = await parser.ReadAsync(new SlowStream(Encoding.UTF8.GetBytes(json), bytesAtATime), TestContext.Current.CancellationToken);

        Assert.Equal([3f, 4f], vectors[0].ToArray());
        Assert.Equal([1f, -2.5f], vectors[1].ToArray());
        Assert.Equal(9, parser.Tokens);
    }

    [Theory]
    [InlineData("""{"data":[{"index":0,"embedding":[1]}]}""", "vectors of 1 numbers; 2 are configured")]
    [InlineData("""{"data":[{"index":0,"embedding":[1,2,3]}]}""", "vectors of 3 numbers; 2 are configured")]
    [InlineData("""{"data":[{"index":0,"embedding":"AAAA"}]}""", "2 are configured")]
    [InlineData("""{"data":[{"index":0,"embedding":"!!!!!!!!!!!="}]}""", "not in base64")]
    [InlineData("""{"data":[]}""", "0 vectors for 1 texts")]
    [InlineData("""{"data":[{"index":5,"embedding":[1,2]}]}""", "text 5 of 1")]
    [InlineData("""{"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}""", "more vectors than the 1 texts")]
    [InlineData("""{"data":[{"index":0,"embedd""", "")]
    [InlineData("<html>", "")]
    public async Task An_answer_that_was_not_asked_for_is_refused(string json, string reason)
    {
        var parser = new EmbeddingsParser(inputs: 1, dimension: 2);

        var error = await Assert.ThrowsAnyAsync<JsonException>(
            () => parser.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)), TestContext.Current.CancellationToken));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private sealed class SlowStream(byte[] bytes, int atATime) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atATime)], cancellationToken);
    }
}
