using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VectorDb.Core.Collections;
using VectorDb.Core.Configuration;
using VectorDb.Core.Files;
using VectorDb.Core.Hosting;
using VectorDb.Core.Stores;
using VectorDb.Core.Tasks;
using VectorDb.Testing;
using VectorDb.Testing.OpenAi;

namespace VectorDb.Benchmarks.Ingest;

/// <summary>
/// 100,000 records through a real worker process: CSV from the file store, embeddings from an emulated OpenAI that allows 5 requests
/// a second and lets 5 % of them fail, queue in a real redis-server, vectors into the embedded store.
/// </summary>
internal static class IngestBenchmark
{
    private const string Collection = "bench";
    private const int InputsInRequest = 2_048;
    private const int RequestsPerSecond = 5;
    private const double FaultRate = 0.05;
    private const int WarmUpRounds = 20;

    /// <summary>No release gets traffic before its worker has taken a small file: so has this one.</summary>
    private const int RowsOfSmokeTest = 3;

    private const double Goal = 1.15;
    private const long GoalBytes = 500L * 1024 * 1024;

    /// <summary>The emulated account is limited by requests alone; with the default of 5 million these texts would take 70 s.</summary>
    private const string TokensPerMinute = "1000000000";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <param name="args">Records (100,000), dimension (1,536), seed of the faults (1).</param>
    /// <returns>0 when every goal is met.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var records = Argument(args, 0, 100_000);
        var dimension = Argument(args, 1, 1_536);
        await WarmUpAsync(dimension, cancellationToken);
        var limits = new EmulatedLimits { RequestsPerSecond = RequestsPerSecond, Dimension = dimension, FaultRate = FaultRate, Seed = Argument(args, 2, 1) };
        using var folder = new TemporaryFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var openAi = await EmulatedOpenAi.StartAsync(limits, cancellationToken);
        var environment = new Dictionary<string, string?>
        {
            ["VECTORDB_DATA"] = folder.File("data"),
            ["VECTORDB_REDIS"] = $"127.0.0.1:{redis.Port}",
            ["VECTORDB_EMBEDDER"] = "openai",
            ["VECTORDB_EMBEDDER_DIMENSION"] = dimension.ToString(CultureInfo.InvariantCulture),
            ["VECTORDB_OPENAI_API_KEY"] = "emulated",
            ["VECTORDB_OPENAI_TOKENS_PER_MINUTE"] = TokensPerMinute,
            ["VECTORDB_OPENAI_BASE_URL"] = openAi.BaseUrl.ToString(),
        };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddApplicationParts(ApplicationSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(environment).Build()));
        await using var provider = services.BuildServiceProvider();
        foreach (var service in provider.GetServices<IHostedService>())
        {
            await service.StartAsync(cancellationToken);
        }

        await provider.GetRequiredService<IVectorStore>().CreateAsync(new CollectionSpec(Collection, dimension, Metric.Cosine), cancellationToken);
        var proof = await UploadAsync(provider, RowsOfSmokeTest, cancellationToken);
        var taskId = await UploadAsync(provider, records, cancellationToken);
        await using var worker = await BenchedProcess.StartAsync("VectorDb.Worker.dll", environment, cancellationToken);
        await IngestAsync(provider, proof, openAi, cancellationToken);
        openAi.Requests.Clear();

        var start = openAi.Now;
        var task = await IngestAsync(provider, taskId, openAi, cancellationToken);
        var end = openAi.Now;
        var indexed = (await provider.GetRequiredService<IVectorStore>().GetAsync(Collection, cancellationToken)).Count;
        return Report(records, dimension, task, indexed, (start, end), openAi, worker);
    }

    /// <summary>
    /// Lets the emulator's own code be compiled: OpenAI would not take processor time from the worker.
    /// </summary>
    private static async Task WarmUpAsync(int dimension, CancellationToken cancellationToken)
    {
        await using var emulator = await EmulatedOpenAi.StartAsync(new EmulatedLimits { RequestsPerSecond = 1_000, Burst = 1_000, Dimension = dimension }, cancellationToken);
        using var http = new HttpClient();
        for (var round = 0; round < WarmUpRounds; round++)
        {
            var input = Enumerable.Range(0, InputsInRequest).Select(number => $"text {number}");
            using var answer = await http.PostAsJsonAsync(
                new Uri(emulator.BaseUrl + "/embeddings"), new { model = "emulated", encoding_format = "base64", input }, cancellationToken);
            await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }
    }

    private static int Report(
        int records, int dimension, IngestTask task, long indexed, (TimeSpan Start, TimeSpan End) run, EmulatedOpenAi openAi, BenchedProcess worker)
    {
        var peakBytes = worker.PeakBytes();
        var calls = (int)Math.Ceiling(records / (double)InputsInRequest);
        var made = openAi.Requests.OrderBy(request => request.At).ToList();
        var failed = made.Count(request => request.Status != 200);
        var wall = run.End - run.Start;
        var floor = TimeSpan.FromSeconds(calls / (double)RequestsPerSecond);
        var floorWithFaults = TimeSpan.FromSeconds((calls + failed) / (double)RequestsPerSecond);
        Console.WriteLine($"ingest of {records:N0} records, dimension {dimension}, {RequestsPerSecond} requests a second, {FaultRate:P0} of them failing");
        Console.WriteLine($"  state      {task.State}: {task.Succeeded:N0} succeeded, {task.Failed:N0} failed of {task.Total:N0}; {indexed:N0} in the collection");
        Console.WriteLine($"  wall time  {wall.TotalSeconds:F2} s from the upload's announcement to its last record");
        Console.WriteLine($"  floor      {floor.TotalSeconds:F2} s for {calls} full requests at the allowed pace: ratio {wall / floor:F3}");
        Console.WriteLine($"             {floorWithFaults.TotalSeconds:F2} s with the {failed} that failed, which count against the pace as well: ratio {wall / floorWithFaults:F3} (goal {Goal})");
        Console.WriteLine($"  requests   {made.Count} ({string.Join(", ", made.CountBy(request => request.Status).OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}"))}); the first after {(made[0].At - run.Start).TotalSeconds:F2} s, the last {(run.End - made[^1].At).TotalSeconds:F2} s before the end");
        Console.WriteLine($"  worker     {peakBytes / (1024.0 * 1024):F0} MB at most (goal {GoalBytes / (1024 * 1024)}); processor time {worker.ProcessorTime.TotalSeconds:F1} s, of the emulator and this bench {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:F1} s");
        var met = indexed >= records * 0.9999 && task.Succeeded + task.Failed == task.Total && task.Total == records && wall <= floorWithFaults * Goal && peakBytes < GoalBytes;
        return met ? 0 : 1;
    }

    private static async Task<IngestTask> IngestAsync(IServiceProvider provider, string taskId, EmulatedOpenAi openAi, CancellationToken cancellationToken)
    {
        var start = openAi.Now;
        await provider.GetRequiredService<ITaskQueue>().NudgeAsync(taskId, cancellationToken);
        var tasks = provider.GetRequiredService<ITaskLedger>();
        var task = (await tasks.FindAsync(taskId, cancellationToken))!;
        while (!task.HasEnded && openAi.Now - start < Limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            task = (await tasks.FindAsync(taskId, cancellationToken))!;
        }

        return task;
    }

    private static async Task<string> UploadAsync(IServiceProvider provider, int records, CancellationToken cancellationToken)
    {
        var random = new Random(7);
        var csv = new StringBuilder("id,text,lang,year\n");
        for (var row = 1; row <= records; row++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"doc-{row},\"Record {row}");
            for (var word = 0; word < 25; word++)
            {
                csv.Append(CultureInfo.InvariantCulture, $" word{random.Next(5_000)}");
            }

            csv.Append(CultureInfo.InvariantCulture, $"\",en,{1990 + (row % 36)}\n");
        }

        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
        var id = TaskIds.New(TimeProvider.System);
        var file = await provider.GetRequiredService<IFileStore>().WriteAsync(FileKeys.Upload(id, "bench.csv"), content, cancellationToken);
        await provider.GetRequiredService<ITaskLedger>().CreateAsync(
            new NewTask(id, Collection, file.Key, new UploadOptions(FileFormat.Csv), IdempotencyKey: null, file.Sha256), cancellationToken);
        return id;
    }

    private static int Argument(string[] args, int index, int otherwise) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
}
