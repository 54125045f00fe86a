using System.Numerics.Tensors;
using VectorDb.Core.Embeddings;

namespace VectorDb.Core.Tests.Embeddings;

public sealed class HashingEmbedderTests
{
    private readonly HashingEmbedder _embedder = new(384);

    [Fact]
    public async Task Similar_texts_are_nearer_than_others()
    {
        var about = await VectorAsync("How to release a vector database without dropping a request");
        var near = await VectorAsync("releasing vector databases and never dropping requests");
        var far = await VectorAsync("A cake of apples, cinnamon and brown sugar");

        Assert.True(TensorPrimitives.Dot(about, near) > 0.3f);
        Assert.True(TensorPrimitives.Dot(about, far) < 0.15f);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("!!!")]
    [InlineData("\u65e5\u672c\u8a9e")]
    [InlineData("\ud83d\ude00")]
    public async Task Every_text_has_a_vector_of_length_one(string text)
    {
        var vector = await VectorAsync(text);

        Assert.Equal(384, vector.Length);
        Assert.Equal(1f, TensorPrimitives.Norm(vector), 1e-5f);
    }

    [Fact]
    public async Task The_vector_of_a_text_never_changes()
    {
        // Stored vectors outlive releases: another value here means that every collection must be embedded again.
        var vector = await VectorAsync("The quick brown fox");

        Assert.Equal("hashing-384", _embedder.Name);
        Assert.Equal(vector, await VectorAsync("the QUICK brown fox"));
        Assert.Equal("48 -1.5342", $"{Array.IndexOf(vector, vector.Max())} {vector.Sum():F4}");
    }

    [Fact]
    public async Task An_empty_text_is_refused_without_taking_the_others_with_it()
    {
        var outcomes = await _embedder.EmbedAsync(["a", " ", "b"], TestContext.Current.CancellationToken);

        Assert.NotNull(outcomes[0].Vector);
        Assert.Null(outcomes[1].Vector);
        Assert.Equal("The text is empty.", outcomes[1].Error);
        Assert.NotNull(outcomes[2].Vector);
    }

    [Fact]
    public void The_content_hash_tells_texts_and_embedders_apart()
    {
        Assert.Equal(ContentHash.Of("e", "text"), ContentHash.Of("e", "text"));
        Assert.NotEqual(ContentHash.Of("e", "text"), ContentHash.Of("f", "text"));
        Assert.NotEqual(ContentHash.Of("e", "text"), ContentHash.Of("et", "ext"));
    }

    private async Task<float[]> VectorAsync(string text) =>
        (await _embedder.EmbedAsync([text], TestContext.Current.CancellationToken))[0].Vector!.Value.ToArray();
}
