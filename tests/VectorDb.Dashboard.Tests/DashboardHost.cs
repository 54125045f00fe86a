using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Security;
using VectorDb.Core.Tasks;

namespace VectorDb.Dashboard.Tests;

/// <summary>The dashboard itself, on a port of its own, with a data folder of its own.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _secrets = new();
    private readonly WebApplication _app;

    private DashboardHost(string[] settings)
    {
        _app = DashboardApplication.Build([
            "--urls", "http://127.0.0.1:0", "--VECTORDB_DATA", _folder.Path, "--VECTORDB_SECRETS_DIRECTORY", _secrets.Path, "--VECTORDB_RELEASE", "0123456789ab",
            "--Logging:LogLevel:Default", "None", .. settings]);
        Cookies = new CookieContainer();
    }

    public Uri Url => new(_app.Urls.First());

    public CookieContainer Cookies { get; }

    public ITaskLedger Ledger => Get<ITaskLedger>();

    public IChunkLedger Chunks => Get<IChunkLedger>();

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static Task<DashboardHost> OpenAsync(params string[] settings) => StartAsync(settings);

    public static Task<DashboardHost> WithKeysAsync(params string[] settings) =>
        StartAsync(["--VECTORDB_AUTH", "apikey", .. settings]);

    public string CreateKey(Scope scope) => TestApiKey.CreateIn(_secrets.Path, scope.ToString().ToLowerInvariant(), "ada");

    public void RevokeAllKeys() => File.WriteAllText(TestApiKey.FileIn(_secrets.Path), "");

    public HttpClient Client() => new(new HttpClientHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = Url };

    /// <summary>A task with so many records indexed and refused out of a total.</summary>
    public async Task<IngestTask> AddTaskAsync(string collection, int succeeded, int failed, int total)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var id = Guid.NewGuid().ToString("N");
        await Ledger.CreateAsync(new NewTask(id, collection, $"uploads/{id}", new UploadOptions(), null, id), cancellation);
        var split = await Chunks.ClaimSplitAsync(id, TimeSpan.FromMinutes(5), cancellation);
        await Chunks.AddChunkAsync(split!, new NewChunk(0, $"chunks/{id}/0", total, []), cancellation);
        await Chunks.FinishSplitAsync(split!, cancellation);
        await AdvanceAsync(id, succeeded, failed);
        return (await Ledger.FindAsync(id, cancellation))!;
    }

    public async Task AdvanceAsync(string id, int succeeded, int failed)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var claim = await Chunks.ClaimChunkAsync(id, 0, TimeSpan.FromMinutes(5), cancellation);
        var errors = Enumerable.Range(1, failed).Select(row => new RecordError(row, $"id-{row}", "vector has 3 values, 384 wanted <b>")).ToList();
        await Chunks.CheckpointAsync(claim!, new ChunkProgress(claim!.Done + succeeded + failed, succeeded, errors), cancellation);
        await Chunks.ReleaseChunkAsync(claim, DateTimeOffset.UnixEpoch, failedAttempt: false, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Dispose();
        _secrets.Dispose();
    }

    private static async Task<DashboardHost> StartAsync(string[] settings)
    {
        var host = new DashboardHost(settings);
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
