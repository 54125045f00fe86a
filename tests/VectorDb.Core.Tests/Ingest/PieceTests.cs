using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Ingest;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>Rows that are cut into pieces, and what stays of them when they come again.</summary>
public sealed class PieceTests
{
    private static readonly IngestOptions SmallChunks = new() { ChunkRecords = 3, BatchCharacters = 20 };
    private static readonly UploadOptions Pieces = new(ChunkSize: 10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(150)]
    public async Task Pieces_that_a_row_no_longer_has_are_removed_when_it_comes_again(int pieces)
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        await UploadAsync(pipeline, $"a,{Words(pieces)}", Pieces);
        Assert.Equal(pieces, await pipeline.CountAsync());

        await UploadAsync(pipeline, $"a,{Words(2)}", Pieces);

        Assert.Equal(["a#1", "a#2"], await IdsAsync(pipeline));
    }

    [Fact]
    public async Task Blank_pieces_take_no_number_so_that_those_behind_them_are_removed_too()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        await UploadAsync(pipeline, $"a,{Words(2)}{new string(' ', 100)}{Words(2)}", Pieces);
        Assert.Equal(["a#1", "a#2", "a#3", "a#4"], await IdsAsync(pipeline));

        await UploadAsync(pipeline, $"a,{Words(2)}", Pieces);

        Assert.Equal(["a#1", "a#2"], await IdsAsync(pipeline));
    }

    [Fact]
    public async Task A_whole_row_takes_the_place_of_its_pieces_and_pieces_that_of_their_row()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        await UploadAsync(pipeline, $"a,{Words(100)}", Pieces);
        await UploadAsync(pipeline, "a,short", Pieces);
        Assert.Equal(["a"], await IdsAsync(pipeline));

        await UploadAsync(pipeline, $"a,{Words(2)}", Pieces);

        Assert.Equal(["a#1", "a#2"], await IdsAsync(pipeline));
    }

    [Fact]
    public async Task A_record_of_its_own_that_is_called_like_a_piece_stays()
    {
        await using var pipeline = await Pipeline.StartAsync(SmallChunks);
        await UploadAsync(pipeline, "issue#1,first\nissue,all of them\nissue#2,second", new UploadOptions());
        await UploadAsync(pipeline, "issue,all of them", new UploadOptions());

        Assert.Equal(["issue", "issue#1", "issue#2"], await IdsAsync(pipeline));
    }

    [Fact]
    public async Task Pieces_of_a_release_that_did_not_mark_them_cost_no_call_and_are_marked()
    {
        var embedder = new StubEmbedder();
        await using var pipeline = await Pipeline.StartAsync(SmallChunks, embedder);
        await UploadAsync(pipeline, $"a,{Words(3)}", Pieces);
        var piece = (await pipeline.Store.FindAsync(Pipeline.Collection, "a#3", Cancel))!;
        await pipeline.Store.UpsertAsync(Pipeline.Collection, null, [piece with { ContentHash = SurplusPieces.Unmarked(piece.ContentHash) }], Cancel);
        embedder.Embedded.Clear();

        await UploadAsync(pipeline, $"a,{Words(3)}", Pieces);
        Assert.Empty(embedder.Embedded);
        await UploadAsync(pipeline, $"a,{Words(2)}", Pieces);

        Assert.Equal(["a#1", "a#2"], await IdsAsync(pipeline));
    }

    [Fact]
    public async Task Two_uploads_of_a_row_at_once_one_whole_and_one_in_pieces_do_not_delete_it_between_them()
    {
        Action meanwhile = static () => { };
        await using var pipeline = await Pipeline.StartAsync(
            new IngestOptions { LongestBackoff = TimeSpan.Zero },
            more: services => services.AddSingleton(provider => Before.Call<IVectorStore>(
                provider.GetRequiredService<EmbeddedStore>(), nameof(IVectorStore.DeleteAsync), _ => Interlocked.Exchange(ref meanwhile, static () => { })())));
        await UploadAsync(pipeline, $"a,{Words(2)}", new UploadOptions());
        var pieces = await pipeline.UploadAsync($"id,text\na,{Words(2)}\n", Pieces);
        pipeline.Queue.TryTake(out var split);
        await pipeline.RunAsync(split);
        // The pieces are there and the row is about to go: just then it comes again, and takes the pieces for its surplus.
        meanwhile = () => UploadAsync(pipeline, $"a,{Words(2)}", new UploadOptions()).GetAwaiter().GetResult();

        Assert.Equal(TaskState.Completed, (await pipeline.RunAsync(pieces)).State);

        Assert.Equal(["a#1", "a#2"], await IdsAsync(pipeline));
    }

    /// <summary>As many words as each fill a piece of ten characters.</summary>
    private static string Words(int pieces) => string.Join(' ', Enumerable.Range(0, pieces).Select(static word => $"word{word:D5}"));

    private static async Task UploadAsync(Pipeline pipeline, string rows, UploadOptions options) =>
        Assert.Equal(TaskState.Completed, (await pipeline.RunAsync(await pipeline.UploadAsync($"id,text\n{rows}\n", options))).State);

    private static async Task<IEnumerable<string>> IdsAsync(Pipeline pipeline) =>
        (await pipeline.Store.ScrollAsync(Pipeline.Collection, 1_000, null, null, Cancel)).Items.Select(static record => record.Id);
}
