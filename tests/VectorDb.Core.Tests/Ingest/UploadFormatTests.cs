using System.Text;
using VectorDb.Core.Ingest;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

public sealed class UploadFormatTests
{
    [Fact]
    public async Task Csv_columns_become_id_text_and_typed_metadata()
    {
        var record = await OneAsync(
            "key;title;body;lang;year;price;ok;zip;none\nk1;Hello;World;en;2020;-1.5;true;00501;\n",
            new UploadOptions(IdColumn: "KEY", TextColumns: ["title", "body"]), "a.csv");

        Assert.Equal(("k1", "Hello\n\nWorld", 1L), (record.Id, record.Text, record.Row));
        Assert.Equal("""{"lang":"en","year":2020,"price":-1.5,"ok":true,"zip":"00501"}""", record.Metadata!.ToJsonString());
    }

    [Theory]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-9007199254740992", "\"-9007199254740992\"")]
    [InlineData("1234567890123456789", "\"1234567890123456789\"")]
    [InlineData("12345678901234567890", "\"12345678901234567890\"")]
    [InlineData("0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("0.10000000000000001", "0.1")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("3.14159265358979323846", "\"3.14159265358979323846\"")]
    [InlineData("100000000000000000.1", "\"100000000000000000.1\"")]
    [InlineData("1e-999", "\"1e-999\"")]
    [InlineData("1e20", "1E+20")]
    public async Task A_number_in_a_csv_cell_that_would_lose_digits_stays_text(string cell, string expected)
    {
        var record = await OneAsync($"id,text,n\n1,a,{cell}\n", new UploadOptions(), "a.csv");

        Assert.Equal(expected, record.Metadata!["n"]!.ToJsonString());
    }

    [Theory]
    [InlineData("id,text\n1,a;b|c\n", "a.csv")]
    [InlineData("id;text\n1;a;b|c\n", "a.csv.gz")]
    [InlineData("id\ttext\n1\ta;b|c\n", "a.tsv")]
    [InlineData("id|text\n1|a;b,c\n", "upload")]
    [InlineData("id\ttext\tsize, weight, and age\n1\ta\tb\n", "a.tsv")]
    [InlineData("id,text\n1,a\n", "a.tsv")]
    public async Task The_delimiter_is_found_out(string content, string name)
    {
        var outcomes = await ReadAsync(content, new UploadOptions(), name);

        Assert.Equal("1", outcomes[0].Record?.Id ?? outcomes[0].Error!.Id);
    }

    [Fact]
    public async Task A_line_of_json_may_hold_its_metadata_nested_or_beside_the_text()
    {
        var options = new UploadOptions();
        var nested = await OneAsync("""{"id":7,"text":"a","metadata":{"lang":"en","author":{"name":"x"}}}""", options, "a.jsonl");
        var beside = await OneAsync("""{"id":"7","text":"a","lang":"en","author":{"name":"x"}}""", options, "upload");

        Assert.Equal("7", nested.Id);
        Assert.Equal("""{"lang":"en","author":{"name":"x"}}""", nested.Metadata!.ToJsonString());
        Assert.Equal(nested.Metadata.ToJsonString(), beside.Metadata!.ToJsonString());
        Assert.Equal("""{"lang":"en"}""", (await OneAsync("""{"id":"7","text":"a","lang":"en","x":1}""", options with { MetadataColumns = ["lang"] }, "a.jsonl")).Metadata!.ToJsonString());
    }

    [Fact]
    public async Task Plain_text_is_a_record_a_line_or_a_paragraph_where_texts_are_cut()
    {
        const string Text = "First line, with a comma.\nSecond line.\n\nNew paragraph.\n";

        var lines = await ReadAsync(Text, new UploadOptions(), "notes.txt");
        var paragraphs = await ReadAsync(Text, new UploadOptions(ChunkSize: 1_000), "notes.txt");

        Assert.Equal(["First line, with a comma.", "Second line.", "New paragraph."], lines.Select(o => o.Record!.Text));
        Assert.Equal(["First line, with a comma.\nSecond line.", "New paragraph."], paragraphs.Select(o => o.Record!.Text));
        Assert.Equal(["0123456789ab-1", "0123456789ab-2", "0123456789ab-3"], lines.Select(o => o.Record!.Id));
    }

    [Fact]
    public void Long_texts_are_cut_where_a_reader_would_pause_and_nothing_is_lost()
    {
        const string Text = "One sentence here. Another one there. And a third one, rather longer than both of the others before it.";

        var pieces = TextPieces.Of(Text, 40, 0).ToList();

        Assert.Equal(Text, string.Concat(pieces));
        Assert.Equal("One sentence here. Another one there. ", pieces[0]);
        Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, 40));
        var overlapping = TextPieces.Of(Text, 40, 10).ToList();
        Assert.Equal(pieces[0][^10..], overlapping[1][..10]);
        Assert.EndsWith(overlapping[^1], Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 20)]
    [InlineData(7, 3)]
    [InlineData(3, 1)]
    public void Every_piece_ends_further_on_and_there_are_few_of_them(int size, int overlap)
    {
        foreach (var pattern in (string[])["x", "a b. c\n\nd ", "word, word; word! ", "\n", "one\n\ntwo three"])
        {
            var text = string.Concat(Enumerable.Repeat(pattern, 2_000 / pattern.Length));
            var pieces = TextPieces.Of(text, size, overlap).ToList();

            Assert.InRange(pieces.Count, 1, 4 * text.Length / size);
            var end = 0;
            foreach (var piece in pieces[..^1])
            {
                var next = text.IndexOf(piece, Math.Max(0, end - overlap - 1), StringComparison.Ordinal) + piece.Length;
                Assert.True(next > end, $"'{piece}' of '{pattern}'");
                end = next;
            }
        }
    }

    [Fact]
    public void Cutting_never_splits_a_character_and_always_ends()
    {
        var faces = string.Concat(Enumerable.Repeat("\ud83d\ude00", 50));

        Assert.All(TextPieces.Of(faces, 7, 6), piece => Assert.Equal(piece, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece))));
        Assert.NotEmpty(TextPieces.Of(new string('x', 1_000), 1, 5).ToList());
    }

    [Fact]
    public async Task The_same_file_gives_the_same_outcomes_every_time()
    {
        var content = "id,text\n" + string.Concat(Enumerable.Range(0, 500).Select(i => i % 7 == 0 ? $"{i % 20},\n" : $"{i % 300},text {i}\n"));

        var first = await ReadAsync(content, new UploadOptions(ChunkSize: 5), "a.csv");
        var second = await ReadAsync(content, new UploadOptions(ChunkSize: 5), "a.csv");

        Assert.Equal(first.Select(o => (o.Record?.Id, o.Record?.Text, o.Error)), second.Select(o => (o.Record?.Id, o.Record?.Text, o.Error)));
    }

    private static async Task<ChunkRecord> OneAsync(string content, UploadOptions options, string name) =>
        Assert.Single(await ReadAsync(content, options, name)).Record!;

    private static Task<List<Outcome>> ReadAsync(string content, UploadOptions options, string name) =>
        Uploads.ReadAsync(Encoding.UTF8.GetBytes(content), options, $"uploads/t/{name}");
}
