using System.Net;
using System.Text.Json.Nodes;

namespace VectorDb.Build.SmokeTest;

/// <summary>Proves from outside, over HTTP alone, that a release does its work. Leaves nothing behind.</summary>
/// <param name="network">Carries the requests.</param>
/// <param name="time">Measures the steps.</param>
internal sealed class SmokeSuite(ISmokeNetwork network, TimeProvider time)
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SearchLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UploadLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private static readonly string[] StatesOfAnEnd = ["completed", "partially_completed", "failed", "cancelled"];

    /// <summary>How long an answer may take that comes a little later than its cause.</summary>
    public TimeSpan Patience { get; init; } = UploadLimit;

    /// <param name="passed">Told of each step as it passes.</param>
    /// <exception cref="SmokeTestFailedException">At the first step that fails.</exception>
    public async Task RunAsync(SmokeTarget target, SmokeDepth depth, Action<SmokeStep> passed, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(network.Open(target)) { Timeout = RequestLimit };
        // A firewall's common rules refuse who does not say what it is.
        http.DefaultRequestHeaders.UserAgent.ParseAdd("vectordb-smoke-test");
        var client = new SmokeClient(http, target);
        var collection = $"smoke-{Guid.NewGuid():N}";
        var path = $"/api/v1/collections/{collection}";

        if (target.Balancer is { } balancer)
        {
            var proof = new BalancerProof(http, client, target, balancer, time);
            await StepAsync("plain HTTP is redirected", "nginx", () => proof.RedirectAsync(cancellationToken));
            await StepAsync("the certificate and the security headers are right", "nginx", () => proof.HeadersAsync(cancellationToken));
            await StepAsync($"each of {balancer.Instances.Count} instances answers with the right image", "api", () => proof.EveryInstanceAsync(Patience, cancellationToken));
        }

        await StepAsync($"health names {(target.Release is { } release ? $"release {release}" : "a release")}", "api", () => HealthAsync(client, target, cancellationToken));
        await StepAsync("every dependency answers", "api", () => client.GetAsync("/api/v1/health/deep", HttpStatusCode.OK, cancellationToken));
        await StepAsync("a collection is made", "api", () => client.SendJsonAsync(HttpMethod.Post, "/api/v1/collections", new JsonObject { ["name"] = collection }, cancellationToken));
        try
        {
            await StepAsync("a record is written", "api", () => client.SendJsonAsync(HttpMethod.Put, $"{path}/records", Record(), cancellationToken));
            await StepAsync("a search finds it", "api", () => FindAsync(client, path, "a harbour at dawn", "harbour", cancellationToken));
            await StepAsync("it is removed again", "api", () => RemoveAsync(client, path, cancellationToken));
            if (depth == SmokeDepth.Full)
            {
                await StepAsync("an upload completes and its rows are found", "worker", () => UploadAsync(client, path, cancellationToken));
                await StepAsync("the dashboard opens", "dashboard", () => client.OpenPageAsync("/dashboard/", cancellationToken));
            }
        }
        catch
        {
            await TryToRemoveCollectionAsync(client, path);
            throw;
        }

        await StepAsync("the collection is removed", "api", () => client.DeleteAsync(path, cancellationToken));

        async Task StepAsync(string name, string service, Func<Task> step)
        {
            client.Now = (name, service);
            var start = time.GetTimestamp();
            await step();
            passed(new SmokeStep(name, time.GetElapsedTime(start)));
        }
    }

    private static async Task HealthAsync(SmokeClient client, SmokeTarget target, CancellationToken cancellationToken)
    {
        var health = await client.GetAsync("/api/v1/health", HttpStatusCode.OK, cancellationToken);
        var release = (string?)health?["release"];
        if (release is null || (target.Release is { } expected && release != expected.Value))
        {
            throw client.Failure($"release {release ?? "(none)"} answers, not {target.Release?.Value ?? "one with a name"}.", "GET /api/v1/health", health?.ToJsonString());
        }
    }

    private static JsonObject Record() => new()
    {
        ["records"] = new JsonArray(new JsonObject
        {
            ["id"] = "harbour",
            ["text"] = "a harbour at dawn",
            ["metadata"] = new JsonObject { ["kind"] = "smoke" },
        }),
    };

    private Task FindAsync(SmokeClient client, string path, string text, string id, CancellationToken cancellationToken) => UntilAsync(
        SearchLimit,
        () => client.SendJsonAsync(HttpMethod.Post, $"{path}/search", new JsonObject { ["text"] = text, ["topK"] = 1 }, cancellationToken),
        answer => (string?)(answer?["results"] as JsonArray)?.FirstOrDefault()?["id"] == id,
        answer => client.Failure($"searching for '{text}' did not find record '{id}' first.", $"POST {path}/search", answer?.ToJsonString()),
        cancellationToken);

    private static async Task RemoveAsync(SmokeClient client, string path, CancellationToken cancellationToken)
    {
        await client.DeleteAsync($"{path}/records/harbour", cancellationToken);
        await client.GetAsync($"{path}/records/harbour", HttpStatusCode.NotFound, cancellationToken);
    }

    private async Task UploadAsync(SmokeClient client, string path, CancellationToken cancellationToken)
    {
        const string Csv = "id,text,year\n1,the lighthouse keeper,1901\n2,\"a storm, at night\",1902\n3,calm water,1903\n";
        var accepted = await client.UploadAsync($"{path}/uploads?format=csv&idColumn=id&textColumn=text&metadataColumns=year", Csv, cancellationToken);
        var task = (string?)accepted?["taskId"] ?? throw client.Failure("the upload was accepted without a taskId.", $"POST {path}/uploads", accepted?.ToJsonString());
        var ended = await UntilAsync(
            UploadLimit,
            () => client.GetAsync($"/api/v1/tasks/{task}", HttpStatusCode.OK, cancellationToken),
            answer => StatesOfAnEnd.Contains((string?)answer?["state"], StringComparer.Ordinal),
            answer => client.Failure($"task {task} is still '{(string?)answer?["state"]}'.", $"GET /api/v1/tasks/{task}", answer?.ToJsonString()),
            cancellationToken);
        if ((string?)ended?["state"] != "completed")
        {
            throw client.Failure($"task {task} ended as '{(string?)ended?["state"]}'.", $"GET /api/v1/tasks/{task}", ended?.ToJsonString());
        }

        await FindAsync(client, path, "the lighthouse keeper", "1", cancellationToken);
    }

    private async Task<JsonNode?> UntilAsync(
        TimeSpan limit, Func<Task<JsonNode?>> ask, Func<JsonNode?, bool> enough, Func<JsonNode?, Exception> givingUp, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (enough(answer))
            {
                return answer;
            }

            if (time.GetElapsedTime(start) > (limit < Patience ? limit : Patience))
            {
                throw givingUp(answer);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>The step's own failure is what matters; what cannot be removed now is a collection with a name that says so.</summary>
    private static async Task TryToRemoveCollectionAsync(SmokeClient client, string path)
    {
        using var limit = new CancellationTokenSource(RequestLimit);
        try
        {
            await client.DeleteAsync(path, limit.Token);
        }
        catch (Exception failure) when (failure is SmokeTestFailedException or OperationCanceledException)
        {
            // The first failure is being reported.
        }
    }
}
