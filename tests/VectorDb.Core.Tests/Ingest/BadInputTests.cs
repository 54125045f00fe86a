using System.IO.Compression;
using System.Text;
using VectorDb.Core.Ingest;
using VectorDb.Core.Ingest.Reading;
using VectorDb.Core.Tasks;

namespace VectorDb.Core.Tests.Ingest;

/// <summary>None of these crashes, hangs or loses a good row; each bad row is listed with its number, its id and the reason.</summary>
public sealed class BadInputTests
{
    private static readonly UploadOptions Csv = new(FileFormat.Csv);

    [Fact]
    public async Task A_truncated_gzip_file_keeps_the_rows_before_the_cut_and_says_where_it_ends()
    {
        var whole = Gzip("id,text\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"{i},text number {Guid.NewGuid()}\n")));

        var outcomes = await ReadAsync(whole[..(whole.Length / 2)], Csv);

        var records = outcomes.Count(outcome => outcome.Record is not null);
        Assert.InRange(records, 5_000, 15_000);
        var last = outcomes[^1].Error;
        Assert.Contains("ends too early", last!.Reason, StringComparison.Ordinal);
        Assert.InRange(last.Row, records, records + 2);
    }

    [Fact]
    public async Task A_gzip_file_cut_behind_its_data_is_still_found_out()
    {
        var whole = Gzip("id,text\n1,a\n2,b\n");

        var outcomes = await ReadAsync(whole[..^4], Csv);

        Assert.Equal(["1", "2"], Ids(outcomes));
        Assert.Contains("ends too early", Assert.Single(Errors(outcomes)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gzip_members_one_behind_the_other_are_one_file()
    {
        byte[] both = [.. Gzip("id,text\n1,a\n"), .. Gzip("2,b\n")];

        Assert.Equal(["1", "2"], Ids(await ReadAsync(both, Csv)));
    }

    [Fact]
    public async Task The_wrong_delimiter_is_an_error_that_names_the_columns_there()
    {
        var error = await Assert.ThrowsAsync<UnreadableFileException>(
            () => ReadAsync("id,body,lang\n1,a,en\n", Csv with { Delimiter = ';', TextColumns = ["body"] }));

        Assert.Equal("The file has no column 'body'. With the delimiter ';' its columns are: id,body,lang.", error.Message);
    }

    [Theory]
    [InlineData("id,text\n1,a\n", ';', "With the delimiter ';' the file has one column, 'id,text'. Is its delimiter ','? Should this be the text, name it as the text column.")]
    [InlineData("id\ttext\n1\ta\n", ',', "With the delimiter ',' the file has one column, 'id\ttext'. Is its delimiter 'tab'? Should this be the text, name it as the text column.")]
    public async Task The_wrong_delimiter_is_found_out_where_no_column_is_named(string content, char delimiter, string message)
    {
        var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync(content, Csv with { Delimiter = delimiter }));

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task One_column_whose_name_holds_another_delimiter_may_be_named()
    {
        var outcomes = await ReadAsync("what, and why\na, b\n", Csv with { Delimiter = ';', TextColumns = ["what, and why"] });

        Assert.Equal("a, b", Assert.Single(outcomes).Record!.Text);
        Assert.Equal("a, b", Assert.Single(await ReadAsync("note\na, b\n", Csv with { Delimiter = ';' })).Record!.Text);
    }

    [Fact]
    public async Task The_message_names_only_the_first_of_many_columns()
    {
        var header = string.Join(',', Enumerable.Range(1, 5_000).Select(i => $"column{i}"));

        var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync($"{header}\n{new string(',', 4_999)}\n", Csv));

        Assert.EndsWith("column29, column30 and 4970 more.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_may_end_with_carriage_returns_alone()
    {
        var csv = "id,text\r" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"{i},text {i}\r"));

        var outcomes = await ReadAsync(csv, Csv);

        Assert.Equal(20_000, Ids(outcomes).Count());
        Assert.Equal("text 20000", outcomes[^1].Record!.Text);
        Assert.Equal(["1", "2"], Ids(await ReadAsync("{\"id\":1,\"text\":\"a\"}\r{\"id\":2,\"text\":\"b\"}", new UploadOptions(FileFormat.JsonLines))));
    }

    [Fact]
    public async Task Code_points_that_are_no_characters_are_valid_UTF8()
    {
        Assert.Equal("a\uFFFFb\uFFFE", Assert.Single(await ReadAsync("id,text\n1,a\uFFFFb\uFFFE\n", Csv)).Record!.Text);
        Assert.Equal("a\uFFFF", Assert.Single(await ReadAsync("{\"text\":\"a\uFFFF\"}", new UploadOptions(FileFormat.JsonLines))).Record!.Text);
    }

    [Fact]
    public async Task An_unknown_column_is_an_error_that_names_the_columns_there()
    {
        foreach (var options in (UploadOptions[])[Csv with { IdColumn = "key" }, Csv with { TextColumns = ["key"] }, Csv with { MetadataColumns = ["key"] }])
        {
            var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync("id,text\n1,a\n", options));
            Assert.Equal("The file has no column 'key'. With the delimiter ',' its columns are: id, text.", error.Message);
        }
    }

    [Theory]
    [InlineData("id,text,tag,tag\n1,a,red,blue\n", "tag")]
    [InlineData("id,id,text\n1,2,a\n", "id")]
    [InlineData("id,text,text\n1,a,b\n", "text")]
    public async Task Of_two_columns_with_one_name_none_is_lost_as_the_file_is_refused(string content, string column)
    {
        var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync(content, Csv));

        Assert.Equal($"The header has the column '{column}' twice.", error.Message);
    }

    [Fact]
    public async Task Columns_that_nobody_asks_for_may_share_a_name_and_so_may_those_without_one_while_they_are_empty()
    {
        Assert.Equal(["1"], Ids(await ReadAsync("id,text,tag,tag,lang\n1,a,red,blue,en\n", Csv with { MetadataColumns = ["lang", "lang"] })));

        var outcomes = await ReadAsync("id,text,,\n1,a,,\n2,b,x,\n3,c,x,y\n", Csv);

        Assert.Equal(["1", "2"], Ids(outcomes));
        Assert.Equal(new RecordError(3, "3", "The row has values in two columns without a name."), Assert.Single(Errors(outcomes)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    public async Task An_empty_file_says_so(string content)
    {
        var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync(content, Csv));

        Assert.Equal("The file is empty.", error.Message);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_byte_order_mark_is_not_part_of_the_first_column(string encoding)
    {
        var target = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. target.GetPreamble(), .. target.GetBytes("id,text\r\n1,gr\u00fcn\r\n")];

        var record = Assert.Single(await ReadAsync(bytes, Csv)).Record;

        Assert.Equal(("1", "gr\u00fcn"), (record!.Id, record.Text));
    }

    [Fact]
    public async Task Line_ends_may_be_mixed_and_the_last_may_be_missing()
    {
        var outcomes = await ReadAsync("id,text\r\n1,a\n2,b\r\n\r\n3,c", Csv);

        Assert.Equal([("1", "a"), ("2", "b"), ("3", "c")], outcomes.Select(outcome => (outcome.Record!.Id, outcome.Record.Text)));
        Assert.Equal([1L, 2, 3], outcomes.Select(outcome => outcome.Record!.Row));
    }

    [Fact]
    public async Task Quoted_fields_hold_newlines_delimiters_and_quotes()
    {
        var outcomes = await ReadAsync("id,text\n1,\"two\nlines, and \"\"quotes\"\"\"\n2,\"\"\n3,5\" pipe\n4,\"a\"b\n5,\"last\"", Csv);

        Assert.Equal(["two\nlines, and \"quotes\"", "5\" pipe", "ab", "last"], outcomes.Where(o => o.Record is not null).Select(o => o.Record!.Text));
        Assert.Equal(new RecordError(2, "2", "The text is empty."), Assert.Single(Errors(outcomes)));
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_its_own_row_only()
    {
        var outcomes = await ReadAsync("id,text\n1,a\n2,\"open\n3,c\n4,d\n", Csv);

        Assert.Equal(["1", "3", "4"], Ids(outcomes));
        Assert.Equal(new RecordError(2, null, "A quote is opened in this row and never closed."), Assert.Single(Errors(outcomes)));
    }

    [Fact]
    public async Task A_file_full_of_open_quotes_ends_soon()
    {
        // Each line opens a quote that the next one closes and opens again: to the end of the file from wherever one begins.
        var outcomes = await ReadAsync("id,text,more\n" + string.Concat(Enumerable.Range(1, 50_000).Select(i => $"{i},a\"b,\"c\n")), Csv);

        Assert.Equal(101, Errors(outcomes).Count);
        Assert.Contains("characters from this one on are skipped", Errors(outcomes)[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_cost_their_own_row_only()
    {
        byte[] csv = [.. "id,text\n1,good\n2,"u8, 0xC3, 0x28, .. "\n3,fine\n"u8];
        byte[] lines = [.. "{\"id\":\"1\",\"text\":\"good\"}\n{\"id\":\"2\",\"text\":\""u8, 0xFF, .. "\"}\n{\"id\":\"3\",\"text\":\"fine\"}\n"u8];

        var outcomes = await ReadAsync(csv, Csv);
        Assert.Equal(["1", "3"], Ids(outcomes));
        Assert.Equal(new RecordError(2, "2", "The row holds bytes that are not valid UTF-8."), Assert.Single(Errors(outcomes)));

        outcomes = await ReadAsync(lines, new UploadOptions(FileFormat.JsonLines));
        Assert.Equal(["1", "3"], Ids(outcomes));
        Assert.Equal(2, Assert.Single(Errors(outcomes)).Row);
    }

    [Fact]
    public async Task A_header_that_is_not_utf8_is_refused_with_the_way_out()
    {
        byte[] latin = [.. "id,text,stra"u8, 0xDF, .. "e\n1,a,b\n"u8];

        var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync(latin, Csv));

        Assert.Equal("The header holds bytes that are not valid UTF-8. Save the file as UTF-8 and upload it again.", error.Message);
    }

    [Fact]
    public async Task A_field_of_ten_megabytes_is_cut_into_pieces_or_costs_its_own_row_only()
    {
        var field = string.Concat(Enumerable.Repeat("ten characters per word ", 10 * 1024 * 1024 / 24));
        var csv = $"id,text\n1,a\n2,\"{field}\"\n3,c\n";

        var whole = await ReadAsync(csv, Csv);
        Assert.Equal(["1", "3"], Ids(whole));
        Assert.Equal(new RecordError(2, "2", $"text: {field.Length} characters, 1048576 at most"), Assert.Single(Errors(whole)));

        var pieces = await ReadAsync(csv, Csv with { ChunkSize = 4_000, ChunkOverlap = 100 });
        Assert.All(pieces, piece => Assert.InRange(piece.Record!.Text.Length, 1, 4_000));
        Assert.True(pieces.Count > 2_500);
    }

    [Fact]
    public async Task A_row_over_the_limit_is_skipped_and_the_next_one_read()
    {
        var csv = $"id,text\n1,{new string('x', UploadReader.LongestRow + 5)}\n2,b\n";
        var lines = $"{{\"text\":\"{new string('x', UploadReader.LongestRow + 5)}\"}}\n{{\"id\":\"2\",\"text\":\"b\"}}\n";

        foreach (var outcomes in (List<Outcome>[])[await ReadAsync(csv, Csv), await ReadAsync(lines, new UploadOptions(FileFormat.JsonLines))])
        {
            Assert.Equal(["2"], Ids(outcomes));
            Assert.Contains("longer than", Assert.Single(Errors(outcomes)).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_second_row_with_an_id_is_refused_and_names_the_first()
    {
        var outcomes = await ReadAsync("id,text\na,1\nb,2\na,3\n", Csv);

        Assert.Equal(["a", "b"], Ids(outcomes));
        Assert.Equal(new RecordError(3, "a", "The id was used in row 1 already."), Assert.Single(Errors(outcomes)));
    }

    [Fact]
    public async Task A_row_called_like_a_piece_of_another_is_refused_and_so_is_the_other_way_about()
    {
        var outcomes = await ReadAsync("id,text\np,one two three four\np#2,x\np#3,y\nq#1,z\nq,one two three four\n", Csv with { ChunkSize = 10 });

        Assert.Equal(["p#1", "p#2", "p#3", "q#1"], Ids(outcomes).Order());
        Assert.Equal(4, Ids(outcomes).Distinct().Count());
        Assert.Equal(
            [new RecordError(2, "p#2", "The id was used in row 1 already."), new RecordError(5, "q", "The id, or that of one of its pieces, was used in row 4 already.")],
            Errors(outcomes));
    }

    [Fact]
    public async Task Empty_texts_empty_ids_and_endless_ids_are_refused()
    {
        var outcomes = await ReadAsync($"id,text\n1,\n2,  \n,c\n{new string('x', 300)},d\n5,e\n6,a\0b\n", Csv);

        Assert.Equal(["5"], Ids(outcomes));
        Assert.Equal(
            [
                "The text is empty.", "The text is empty.", "id: missing", "id: 300 characters, 256 at most",
                "text: holds the character U+0000",
            ],
            Errors(outcomes).Select(error => error.Reason));
    }

    [Fact]
    public async Task A_file_that_stops_half_way_in_a_row_loses_that_row_only()
    {
        var outcomes = await ReadAsync("id,text,lang\n1,a,en\n2,b,en\n3,\"cut he", Csv);
        Assert.Equal(["1", "2"], Ids(outcomes));
        Assert.Equal(3, Assert.Single(Errors(outcomes)).Row);

        outcomes = await ReadAsync("id,text,lang\n1,a,en\n2,b", Csv);
        Assert.Equal(new RecordError(2, "2", "The row has 2 fields; the header has 3."), Assert.Single(Errors(outcomes)));

        outcomes = await ReadAsync("{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"te", new UploadOptions(FileFormat.JsonLines));
        Assert.Equal(["1"], Ids(outcomes));
        Assert.Equal(2, Assert.Single(Errors(outcomes)).Row);
    }

    [Theory]
    [InlineData("7", "not a JSON object")]
    [InlineData("{\"text\":", "not valid JSON")]
    [InlineData("{\"body\":\"a\"}", "There is no text in 'text'; the line has: body.")]
    [InlineData("{\"text\":\"a\",\"id\":{}}", "neither a string nor a number")]
    [InlineData("{\"text\":\"a\",\"text\":\"b\"}", "cannot be read")]
    [InlineData("{\"text\":\"a\",\"metadata\":{\"k\":1,\"l\":3,\"k\":2}}", "'k' is there twice.")]
    [InlineData("{\"text\":\"\\ud800\"}", "cannot be read")]
    public async Task A_bad_line_is_refused_with_the_reason_and_the_next_one_read(string line, string reason)
    {
        var outcomes = await ReadAsync(line + "\n{\"id\":\"ok\",\"text\":\"fine\"}\n", new UploadOptions(FileFormat.JsonLines));

        Assert.Equal(["ok"], Ids(outcomes));
        Assert.Contains(reason, Assert.Single(Errors(outcomes)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"bad","text":"a","m":"\ud800"}""", "metadata: ")]
    [InlineData("""{"id":"bad","text":"a","m":"\u0000"}""", "metadata.m: holds U+0000")]
    [InlineData("""{"id":"bad","text":"a","m":{"k":1,"k":2}}""", "metadata: ")]
    [InlineData("""{"id":"bad","text":"a","m":1e400}""", "metadata.m: 1e400 is outside the range of a double")]
    [InlineData("""{"id":"bad","text":"a","m":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}""", "metadata: deeper than 16 levels")]
    [InlineData("""{"id":"b\ta\td","text":"a"}""", "id: holds a control character")]
    public async Task What_no_store_would_take_costs_its_own_row_only(string line, string reason)
    {
        var outcomes = await ReadAsync(line + "\n{\"id\":\"ok\",\"text\":\"fine\"}\n", new UploadOptions(FileFormat.JsonLines));

        Assert.Equal(["ok"], Ids(outcomes));
        Assert.StartsWith(reason, Assert.Single(Errors(outcomes)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_over_the_limit_costs_its_own_row_only()
    {
        var outcomes = await ReadAsync($"id,text,note\n1,a,{new string('x', 65_536)}\n2,b,y\n", Csv);

        Assert.Equal(["2"], Ids(outcomes));
        Assert.EndsWith("65536 at most", Assert.Single(Errors(outcomes)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_with_millions_of_small_values_takes_little_more_memory_than_its_letters()
    {
        const int Values = 2_000_000;
        var lines = $"{{\"id\":\"bad\",\"text\":\"a\",\"m\":[{string.Join(',', Enumerable.Repeat('1', Values))}]}}\n{{\"id\":\"ok\",\"text\":\"fine\"}}\n";
        var before = GC.GetAllocatedBytesForCurrentThread();

        var outcomes = await ReadAsync(lines, new UploadOptions(FileFormat.JsonLines));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 70L * Values);
        Assert.Equal(["ok"], Ids(outcomes));
        Assert.Equal(new RecordError(1, "bad", "metadata: more than 1000 values"), Assert.Single(Errors(outcomes)));
    }

    [Fact]
    public async Task What_is_not_asked_for_of_a_line_may_have_any_number_of_values()
    {
        var line = $$"""{"id":"a","text":"b","lang":"en","m":[{{string.Join(',', Enumerable.Repeat('1', 2_000))}}]}""";

        var record = Assert.Single(await ReadAsync(line, new UploadOptions(FileFormat.JsonLines, MetadataColumns: ["lang"]))).Record!;

        Assert.Equal("""{"lang":"en"}""", record.Metadata!.ToJsonString());
    }

    [Fact]
    public async Task A_row_is_refused_as_a_whole_when_one_of_its_pieces_has_no_room_for_its_number()
    {
        var outcomes = await ReadAsync($"id,text\n{new string('x', 255)},one two three four\ny,one two three four\n", Csv with { ChunkSize = 10 });

        Assert.Equal(["y#1", "y#2"], Ids(outcomes));
        Assert.Equal(new RecordError(1, new string('x', 255), "id: 257 characters, 256 at most"), Assert.Single(Errors(outcomes)));
    }

    [Fact]
    public async Task Json_nested_too_deep_is_refused()
    {
        var deep = $"{{\"text\":\"a\",\"m\":{string.Concat(Enumerable.Repeat("[", 5_000))}{string.Concat(Enumerable.Repeat("]", 5_000))}}}\n";

        Assert.Contains("not valid JSON", Assert.Single(Errors(await ReadAsync(deep, new UploadOptions(FileFormat.JsonLines)))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_much_of_a_line_a_reason_would_quote_it_stays_short()
    {
        var (many, key) = (string.Concat(Enumerable.Range(1, 5_000).Select(i => $"\"key{i}\":1,")), new string('k', 100_000));
        var smiles = string.Concat(Enumerable.Repeat("\ud83d\ude00", 50_000));
        string[] lines =
        [
            $"{{{many}\"id\":\"a\"}}",
            $"{{\"{key}\":1,\"id\":\"b\"}}",
            $"{{\"id\":\"c\",\"text\":\"a\",\"{key}\":1,\"{key}\":2}}",
            $"{{\"id\":\"d\",\"text\":\"a\",\"x{smiles}\":{{\"m\":\"\\u0000\"}}}}",
            $"{{\"id\":\"{smiles}\",\"text\":\"\"}}",
        ];

        var errors = Errors(await ReadAsync(string.Join('\n', lines), new UploadOptions(FileFormat.JsonLines)));

        Assert.Equal(lines.Length, errors.Count);
        Assert.EndsWith("key29, key30 and 4971 more.", errors[0].Reason, StringComparison.Ordinal);
        Assert.EndsWith("kkk..., id.", errors[1].Reason, StringComparison.Ordinal);
        Assert.EndsWith("...", errors[2].Reason, StringComparison.Ordinal);
        Assert.EndsWith("\ud83d\ude00....m: holds U+0000 or half of a surrogate pair", errors[3].Reason, StringComparison.Ordinal);
        Assert.All(errors, error => Assert.InRange(error.Reason.Length, 1, 500));
        Assert.All(errors, error => Assert.False(error.Reason.Contains("\ud83d...", StringComparison.Ordinal)));
        Assert.Equal(256, errors[4].Id!.Length);
    }

    [Fact]
    public async Task A_json_array_is_refused_with_the_way_out()
    {
        var error = await Assert.ThrowsAsync<UnreadableFileException>(() => ReadAsync("[{\"text\":\"a\"}]", new UploadOptions(FileFormat.JsonLines)));

        Assert.Equal("The file is a JSON array; give one object a line instead.", error.Message);
    }

    private static IEnumerable<string> Ids(List<Outcome> outcomes) => outcomes.Where(o => o.Record is not null).Select(o => o.Record!.Id);

    private static List<RecordError> Errors(List<Outcome> outcomes) => [.. outcomes.Where(o => o.Error is not null).Select(o => o.Error!)];

    private static Task<List<Outcome>> ReadAsync(string content, UploadOptions options) => ReadAsync(Encoding.UTF8.GetBytes(content), options);

    private static Task<List<Outcome>> ReadAsync(byte[] content, UploadOptions options) => Uploads.ReadAsync(content, options, "uploads/t/upload");

    private static byte[] Gzip(string content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(content));
        }

        return packed.ToArray();
    }
}
