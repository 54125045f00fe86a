using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VectorDb.Build.Tests.Images;

/// <summary>A real registry behind a server of a test's own, which may do something else with a request than hand it on.</summary>
internal sealed class RegistryFront : IAsyncDisposable
{
    private static readonly HashSet<string> OfTheConnection = new(["Transfer-Encoding", "Connection", "Keep-Alive"], StringComparer.OrdinalIgnoreCase);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly Uri _registry;
    private readonly WebApplication _app;

    private RegistryFront(Uri registry, Func<HttpContext, Func<Task>, Task> between)
    {
        _registry = registry;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static server => server.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => between(context, () => HandOnAsync(context)));
    }

    public Uri Address => new(_app.Urls.Single());

    /// <param name="registry">What is behind it.</param>
    /// <param name="between">Given each request, and what hands it on with its answer.</param>
    public static async Task<RegistryFront> StartAsync(Uri registry, Func<HttpContext, Func<Task>, Task> between)
    {
        var front = new RegistryFront(registry, between);
        await front._app.StartAsync(TestContext.Current.CancellationToken);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandOnAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_registry, $"{context.Request.Path}{context.Request.QueryString}"));
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var header in context.Request.Headers.Where(static header => !OfTheConnection.Contains(header.Key)))
        {
            // With the name of the front, which the registry sends its clients back to.
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable());
            }
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(static header => !OfTheConnection.Contains(header.Key)))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
