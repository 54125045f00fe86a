using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace VectorDb.Benchmarks;

/// <summary>The same through a running API, as one client on this machine sees it.</summary>
internal static class HttpBenchmark
{
    private const int BatchSize = 500;

    /// <param name="key">The API key, where the API demands one: from <c>VECTORDB_API_KEY</c>.</param>
    public static async Task RunAsync(Workload workload, Uri api, string? key)
    {
        using var client = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromMinutes(5) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("X-Api-Key", key);
        }

        var name = $"bench-{Guid.NewGuid():N}";
        var collection = $"api/v1/collections/{name}";
        using (var created = await client.PostAsJsonAsync("api/v1/collections", new { name, dimension = workload.Dimension, metric = "cosine" }))
        {
            created.EnsureSuccessStatusCode();
        }

        try
        {
            var watch = Stopwatch.StartNew();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, workload.Vectors.Length).Chunk(BatchSize),
                new ParallelOptions { MaxDegreeOfParallelism = 2 },
                async (numbers, cancellationToken) =>
                {
                    var records = numbers.Select(n => new { id = n.ToString(CultureInfo.InvariantCulture), vector = workload.Vectors[n] });
                    using var answer = await client.PutAsJsonAsync($"{collection}/records", new { records }, cancellationToken);
                    answer.EnsureSuccessStatusCode();
                });
            Report.Line("over HTTP: bulk upsert", $"{workload.Vectors.Length / watch.Elapsed.TotalSeconds:N0} a second");
            Report.Line("over HTTP", await SearchFigures.MeasureAsync(workload, workload.Truth, rounds: 3, async query =>
            {
                using var answer = await client.PostAsJsonAsync($"{collection}/search", new { vector = query, topK = Workload.TopK });
                answer.EnsureSuccessStatusCode();
                var results = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]!.AsArray();
                return results.Select(result => int.Parse((string)result!["id"]!, CultureInfo.InvariantCulture));
            }));
        }
        finally
        {
            using var deleted = await client.DeleteAsync(collection);
        }
    }
}
