using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using VectorDb.Testing;

namespace VectorDb.Benchmarks;

/// <summary>The API in a process of its own, as one client on this machine sees it: whole requests on kept-alive connections.</summary>
internal sealed class HttpBenchmark : IAsyncDisposable
{
    private const int BatchSize = 500;
    private const int Connections = 2;

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(5) };
    private BenchedProcess? _api;

    /// <param name="searched">Searched in.</param>
    /// <param name="upserted">Only stored, for the rate.</param>
    public static async Task RunAsync(Workload searched, Workload upserted)
    {
        await using var bench = new HttpBenchmark();
        await bench.StartAsync();
        var upserts = new Table($"Bulk upsert over HTTP, JSON, {BatchSize} records a request, {Connections} connections", "", "records/s", "goal", "MB/s");
        await bench.UpsertAsync(upserted, count: upserted.Vectors.Length / 10, table: null);
        await bench.UpsertAsync(upserted, upserted.Vectors.Length, upserts);
        var collection = await bench.UpsertAsync(searched, searched.Vectors.Length, upserts);

        var searches = new Table($"Search over HTTP, {searched.Name}", ["", .. SearchFigures.Columns]);
        foreach (var (what, exact, rounds) in new[] { ("whole request", false, 5), ("whole request, exact", true, 1) })
        {
            var bodies = Array.ConvertAll(searched.Queries, query => JsonSerializer.SerializeToUtf8Bytes(new { vector = query, topK = Workload.TopK, exact }));
            var figures = await SearchFigures.MeasureAsync(searched, searched.Truth, rounds, query => bench.SearchAsync(collection, bodies[query]));
            searches.Row([what, .. (figures with { Cpu = null }).Cells]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        var settings = new Dictionary<string, string?> { ["VECTORDB_DATA"] = _folder.File("data") };
        _api = await BenchedProcess.StartAsync("VectorDb.Api.dll", settings, CancellationToken.None);
        _client.BaseAddress = _api.Address;
    }

    /// <returns>The path of a collection that now holds them.</returns>
    private async Task<string> UpsertAsync(Workload workload, int count, Table? table)
    {
        var name = $"bench-{Guid.NewGuid():N}";
        await SendAsync(HttpMethod.Post, "api/v1/collections", JsonSerializer.SerializeToUtf8Bytes(new { name, dimension = workload.Dimension, metric = "cosine" }), CancellationToken.None);
        var path = $"api/v1/collections/{name}";
        await SendAsync(HttpMethod.Post, path + "/search", JsonSerializer.SerializeToUtf8Bytes(new { vector = workload.Queries[0] }), CancellationToken.None);

        // Making the bodies is the client's work: it is not timed.
        var bodies = Enumerable.Range(0, count).Chunk(BatchSize).AsParallel().AsOrdered().Select(numbers => JsonSerializer.SerializeToUtf8Bytes(
            new { records = numbers.Select(number => new { id = number.ToString(CultureInfo.InvariantCulture), vector = workload.Vectors[number] }) })).ToList();
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            bodies,
            new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (body, cancellationToken) => await SendAsync(HttpMethod.Put, path + "/records", body, cancellationToken));
        table?.Row(
            workload.Name,
            $"{count / watch.Elapsed.TotalSeconds:N0}",
            workload.Dimension == 384 ? "5,000" : "",
            $"{bodies.Sum(static body => body.Length) / watch.Elapsed.TotalSeconds / 1e6:N0}");
        return path;
    }

    private async Task<IEnumerable<int>> SearchAsync(string collection, byte[] body)
    {
        var answer = await SendAsync(HttpMethod.Post, collection + "/search", body, CancellationToken.None);
        using var json = JsonDocument.Parse(answer);
        return [.. json.RootElement.GetProperty("results").EnumerateArray().Select(static result => int.Parse(result.GetProperty("id").GetString()!, CultureInfo.InvariantCulture))];
    }

    private async Task<byte[]> SendAsync(HttpMethod method, string path, byte[] json, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        using var answer = await _client.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw new HttpRequestException($"{method} {path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
