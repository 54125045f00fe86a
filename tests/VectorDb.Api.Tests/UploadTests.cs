using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Files;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;

namespace VectorDb.Api.Tests;

public sealed class UploadTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const string Csv = "id,title,body,lang\n1,Hello,World,en\n";

    [Fact]
    public async Task A_raw_body_is_stored_whole_and_becomes_a_pending_task()
    {
        var answer = await RawAsync(await UploadsAsync(), Csv, "text/csv");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var task = await TaskAsync(answer);
        Assert.Equal($"/api/v1/tasks/{task.Id}", answer.Headers.Location?.ToString());
        Assert.Equal($$"""{"taskId":"{{task.Id}}"}""", answer.Body);
        Assert.Equal(TaskState.Pending, task.State);
        Assert.EndsWith(".csv", task.FileKey);
        Assert.Equal(Csv, await StoredAsync(task));
    }

    [Fact]
    public async Task A_raw_body_of_tab_separated_values_says_so_in_its_name() =>
        Assert.EndsWith(".tsv", (await TaskAsync(await RawAsync(await UploadsAsync(), "id\ttext\n1\ta\n", "text/tab-separated-values"))).FileKey);

    [Fact]
    public async Task Form_fields_count_before_and_after_the_file()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("title"), "textColumn" },
            { new StringContent("40"), "chunkSize" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(Csv)), "file", "../../my file.csv" },
            { new StringContent("body"), "textColumn" },
            { new StringContent("lang, title"), "metadataColumns" },
            { new StringContent("abort"), "onError" },
        };

        var task = await TaskAsync(await api.SendAsync(HttpMethod.Post, await UploadsAsync() + "?idColumn=id&chunkOverlap=5&delimiter=%5Ct&format=csv", form));

        Assert.Equal(["title", "body"], task.Options.TextColumns);
        Assert.Equal(["lang", "title"], task.Options.MetadataColumns);
        Assert.Equal(
            (FileFormat.Csv, "id", '\t', 40, 5, OnError.Abort),
            (task.Options.Format, task.Options.IdColumn, task.Options.Delimiter!.Value, task.Options.ChunkSize!.Value, task.Options.ChunkOverlap, task.Options.OnError));
        Assert.Equal(Csv, await StoredAsync(task));
        Assert.DoesNotContain("..", task.FileKey);
    }

    [Fact]
    public async Task A_gzip_body_says_so_in_its_name()
    {
        using var content = new ByteArrayContent([0x1f, 0x8b, 8]);
        content.Headers.ContentType = new("text/csv");
        content.Headers.ContentEncoding.Add("gzip");

        var task = await TaskAsync(await api.SendAsync(HttpMethod.Post, await UploadsAsync(), content));

        Assert.EndsWith(".csv.gz", task.FileKey);
    }

    [Fact]
    public async Task The_same_upload_sent_again_with_its_key_is_the_same_task_and_kept_once()
    {
        var uploads = await UploadsAsync();

        var first = await TaskAsync(await RawAsync(uploads, Csv, "text/csv", ("Idempotency-Key", "k1")));
        var second = await TaskAsync(await RawAsync(uploads, Csv, "text/csv", ("Idempotency-Key", "k1")));
        var other = await RawAsync(uploads, Csv + "2,More,Text,en\n", "text/csv", ("Idempotency-Key", "k1"));
        var elsewhere = await TaskAsync(await RawAsync(await UploadsAsync(), Csv, "text/csv", ("Idempotency-Key", "k1")));

        Assert.Equal(first.Id, second.Id);
        other.Problem(HttpStatusCode.UnprocessableEntity);
        Assert.NotEqual(first.Id, elsewhere.Id);
        Assert.Equal(Csv, await StoredAsync(first));
    }

    [Fact]
    public async Task The_same_file_sent_again_with_its_key_as_another_format_is_422()
    {
        var uploads = await UploadsAsync();
        var first = await TaskAsync(await RawAsync(uploads, Csv, "text/plain", ("Idempotency-Key", "k1")));

        var asCsv = await RawAsync(uploads, Csv, "text/csv", ("Idempotency-Key", "k1"));
        using var form = new MultipartFormDataContent { { new StringContent(Csv), "file", "notes.TXT.gz" } };
        var named = await TaskAsync(await api.SendAsync(HttpMethod.Post, uploads, form, ("Idempotency-Key", "k1")));

        asCsv.Problem(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(first.Id, named.Id);
    }

    [Fact]
    public async Task What_a_file_is_called_tells_nothing_where_the_options_do()
    {
        var uploads = await UploadsAsync() + "?delimiter=,";

        var first = await TaskAsync(await RawAsync(uploads, Csv, "text/plain", ("Idempotency-Key", "k1")));
        var second = await TaskAsync(await RawAsync(uploads, Csv, "text/csv", ("Idempotency-Key", "k1")));

        Assert.Equal(first.Id, second.Id);
    }

    [Fact]
    public async Task A_key_used_before_the_collection_was_made_anew_makes_a_task_of_its_own()
    {
        var uploads = await UploadsAsync();
        var collection = uploads.Split('/')[^2];
        var first = await TaskAsync(await RawAsync(uploads, Csv, "text/csv", ("Idempotency-Key", "k1")));
        await api.DeleteAsync($"/api/v1/collections/{collection}");
        await api.PostAsync("/api/v1/collections", $$"""{"name":"{{collection}}"}""");

        var second = await TaskAsync(await RawAsync(uploads, Csv, "text/csv", ("Idempotency-Key", "k1")));

        Assert.NotEqual(first.Id, second.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_file_stays_exactly_when_the_task_was_booked_whatever_became_of_the_request(bool booked)
    {
        await using var broken = await ApiHost.StartAsync(services =>
        {
            var ledger = services.Last(static service => service.ServiceType == typeof(ITaskLedger)).ImplementationType!;
            services.AddSingleton<ITaskLedger>(provider => new BrokenLedger((ITaskLedger)ActivatorUtilities.CreateInstance(provider, ledger), booked));
        });
        using var content = new StringContent(Csv, Encoding.UTF8, "text/csv");

        var answer = await broken.SendAsync(HttpMethod.Post, $"/api/v1/collections/{await broken.CollectionAsync()}/uploads", content);

        answer.Problem(HttpStatusCode.InternalServerError);
        var uploads = Path.Combine(broken.DataFolder, "files", "uploads");
        Assert.Equal(booked ? 1 : 0, Directory.EnumerateFiles(uploads, "*", SearchOption.AllDirectories).Count());
        Assert.Equal(booked ? 1 : 0, Directory.EnumerateDirectories(uploads).Count());
    }

    [Theory]
    [InlineData("chunkSize=0", "chunkSize")]
    [InlineData("chunkSize=ten", "chunkSize")]
    [InlineData("chunkSize=10&chunkOverlap=6", "chunkOverlap")]
    [InlineData("chunkOverlap=10", "chunkOverlap")]
    [InlineData("delimiter=ab", "delimiter")]
    [InlineData("onError=ignore", "onError")]
    [InlineData("format=xlsx", "format")]
    [InlineData("idColumn=a&idColumn=b", "idColumn")]
    [InlineData("colour=red", "colour")]
    public async Task An_option_that_is_none_is_400_and_nothing_is_kept(string query, string field)
    {
        var before = Files();

        (await RawAsync($"{await UploadsAsync()}?{query}", Csv, "text/csv")).Invalid(field);
        using var form = new MultipartFormDataContent { { new StringContent(Csv), "file", "a.csv" } };
        (await api.SendAsync(HttpMethod.Post, $"{await UploadsAsync()}?{query}", form)).Invalid(field);

        Assert.Equal(before, Files());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("image/png")]
    public async Task Another_content_type_is_415(string type) =>
        (await RawAsync(await UploadsAsync(), Csv, type)).Problem(HttpStatusCode.UnsupportedMediaType);

    [Fact]
    public async Task A_form_without_a_file_or_with_two_is_400()
    {
        using var none = new MultipartFormDataContent { { new StringContent("id"), "idColumn" } };
        using var two = new MultipartFormDataContent { { new StringContent(Csv), "file", "a.csv" }, { new StringContent(Csv), "file", "b.csv" } };

        (await api.SendAsync(HttpMethod.Post, await UploadsAsync(), none)).Invalid("file");
        (await api.SendAsync(HttpMethod.Post, await UploadsAsync(), two)).Invalid("file");
    }

    [Fact]
    public async Task A_file_that_is_sent_as_a_field_however_long_is_400_with_the_way_out()
    {
        using var form = new MultipartFormDataContent { { new StringContent(Csv + new string('x', 10_000)), "file" } };

        Assert.Equal(
            "is missing: send it as a part with a file name (curl: file=@books.csv)",
            (await api.SendAsync(HttpMethod.Post, await UploadsAsync(), form)).Invalid("file"));
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nid,te")]
    [InlineData("--b\r\nContent-Disposition: form-data; na")]
    [InlineData("no boundary at all")]
    [InlineData("")]
    public async Task A_form_that_stops_half_way_is_400_and_nothing_is_kept(string body)
    {
        var before = Files();
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        (await api.SendAsync(HttpMethod.Post, await UploadsAsync(), content)).Problem(HttpStatusCode.BadRequest);

        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task A_connection_that_breaks_half_way_leaves_nothing_and_the_service_well()
    {
        var uploads = await UploadsAsync();
        var before = Files();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(api.Http.BaseAddress!.Host, api.Http.BaseAddress.Port, TestContext.Current.CancellationToken);
            var head = $"POST {uploads} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nid,text\n1,half";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(() => Directory.EnumerateFiles(api.DataFolder, "*.unfinished", SearchOption.AllDirectories).Any(), "the upload begins");
        }

        await Eventually.TrueAsync(() => Files() == before, "the half file is gone");
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/health")).Status);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task With_the_queue_away_uploads_are_accepted_and_the_service_is_well()
    {
        await using var alone = await ApiHost.StartAsync($"--VECTORDB_REDIS=127.0.0.1:{FreePort.Next()}");
        using var content = new StringContent(Csv, Encoding.UTF8, "text/csv");

        var answer = await alone.SendAsync(HttpMethod.Post, $"/api/v1/collections/{await alone.CollectionAsync()}/uploads", content);
        var deep = await alone.WellAsync(HttpMethod.Get, "/api/v1/health/deep");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("pending", (await alone.GetAsync(answer.Headers.Location!.ToString())).Json.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, deep.Status);
        Assert.Contains(
            deep.Json.GetProperty("dependencies").EnumerateArray(),
            static dependency => dependency.GetProperty("name").GetString() == "queue" && dependency.GetProperty("status").GetString() == "down");
    }

    [Fact]
    public async Task To_take_an_upload_nobody_counts_the_records_that_are_there()
    {
        await using var alone = await ApiHost.StartAsync(services =>
        {
            var store = services.Last(static service => service.ServiceType == typeof(IVectorStore)).ImplementationFactory!;
            services.AddSingleton(provider => Without.Call((IVectorStore)store(provider), nameof(IVectorStore.GetAsync)));
        });
        using var content = new StringContent(Csv, Encoding.UTF8, "text/csv");

        var answer = await alone.SendAsync(HttpMethod.Post, $"/api/v1/collections/{await alone.CollectionAsync()}/uploads", content);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
    }

    [Fact]
    public async Task An_upload_into_a_collection_that_the_embedder_does_not_fit_is_400_at_once() => Assert.Equal(
        "cannot be embedded: hashing-64 makes 64 numbers, the collection has dimension 3; send records with vectors",
        (await RawAsync($"/api/v1/collections/{await api.CollectionAsync(3)}/uploads", Csv, "text/csv")).Invalid("file"));

    [Fact]
    public async Task An_upload_into_no_collection_is_404() =>
        (await RawAsync("/api/v1/collections/none/uploads", Csv, "text/csv")).Problem(HttpStatusCode.NotFound);

    private static Task<Answer> SendRaw(ApiHost api, string path, HttpContent content, (string Name, string Value)[] headers) =>
        api.SendAsync(HttpMethod.Post, path, content, headers);

    private async Task<Answer> RawAsync(string path, string body, string type, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        return await SendRaw(api, path, content, headers);
    }

    private async Task<string> UploadsAsync() => $"/api/v1/collections/{await api.CollectionAsync()}/uploads";

    private async Task<IngestTask> TaskAsync(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Body);
        var id = answer.Json.GetProperty("taskId").GetString()!;
        return (await api.Services.GetRequiredService<ITaskLedger>().FindAsync(id, TestContext.Current.CancellationToken))!;
    }

    private async Task<string> StoredAsync(IngestTask task)
    {
        await using var file = await api.Services.GetRequiredService<IFileStore>().OpenAsync(task.FileKey, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private string Files() => Directory.Exists(Path.Combine(api.DataFolder, "files"))
        ? string.Join('\n', Directory.EnumerateFileSystemEntries(Path.Combine(api.DataFolder, "files"), "*", SearchOption.AllDirectories)
            .Where(static file => !file.Contains(".ping.") && Path.GetFileName(file) != "uploads").Order())
        : "";

    /// <summary>Fails before it has written the task or after.</summary>
    private sealed class BrokenLedger(ITaskLedger ledger, bool after) : ITaskLedger
    {
        public async Task<IngestTask> CreateAsync(NewTask task, CancellationToken cancellationToken)
        {
            if (after)
            {
                await ledger.CreateAsync(task, cancellationToken);
            }

            throw new TimeoutException("The answer never came.");
        }

        public Task<IngestTask?> FindAsync(string taskId, CancellationToken cancellationToken) => ledger.FindAsync(taskId, cancellationToken);

        public Task<Page<IngestTask>> ListAsync(int limit, string? cursor, string? collection, CancellationToken cancellationToken) =>
            ledger.ListAsync(limit, cursor, collection, cancellationToken);

        public IAsyncEnumerable<RecordError> ErrorsAsync(string taskId, CancellationToken cancellationToken) => ledger.ErrorsAsync(taskId, cancellationToken);

        public Task<bool> CancelAsync(string taskId, CancellationToken cancellationToken) => ledger.CancelAsync(taskId, cancellationToken);

        public Task<IngestTask?> RetryAsync(string taskId, CancellationToken cancellationToken) => ledger.RetryAsync(taskId, cancellationToken);
    }
}
