using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using VectorDb.Build.Releases;
using VectorDb.Build.Rollout;

namespace VectorDb.Build.Environments.Local;

/// <summary>Speaks to the resident host: HTTP over the Unix socket that only its owner can open.</summary>
internal sealed class LocalHostClient : IDisposable
{
    // Longer than the host itself waits for a start or a drain, so that its own explanation arrives first.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>What .NET makes of the missing file of a socket.</summary>
    private const SocketError NoSuchFile = SocketError.AddressNotAvailable;

    private readonly HttpClient _http;
    private readonly LocalHome _home;

    public LocalHostClient(LocalHome home)
    {
        _home = home;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) => await SocketPath.ConnectAsync(home.ControlSocket, cancellationToken),
        })
        {
            BaseAddress = new Uri("http://local-host"),
            Timeout = Limit,
        };
    }

    /// <returns>Null when no host is running.</returns>
    /// <exception cref="RolloutFailedException">Nobody can tell: it may well run.</exception>
    public async Task<HostStatus?> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetFromJsonAsync("/status", HostJson.Default.HostStatus, cancellationToken);
        }
        catch (HttpRequestException failure) when (failure.InnerException is IOException or SocketException { SocketErrorCode: SocketError.ConnectionRefused or NoSuchFile })
        {
            return null;
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new RolloutFailedException(HostOwner.Describe(_home), cause: failure);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException)
        {
            throw new RolloutFailedException($"The local host cannot be asked through {_home.ControlSocket}: {failure.Message}", cause: failure);
        }
    }

    public Task StartAsync(ReleaseId release, StartCommand command, CancellationToken cancellationToken) =>
        PostAsync($"/releases/{release}/start", command, HostJson.Default.StartCommand, cancellationToken);

    /// <returns>The release that was active until now.</returns>
    public async Task<ReleaseId?> ActivateAsync(ReleaseId release, CancellationToken cancellationToken)
    {
        using var response = await SendAsync($"/releases/{release}/activate", content: null, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync(HostJson.Default.ActivateAnswer, cancellationToken);
        return ReleaseId.TryParse(answer?.Previous, out var previous) ? previous : null;
    }

    public async Task RetireAsync(ReleaseId release, bool wait, bool standBy, CancellationToken cancellationToken) =>
        (await SendAsync($"/releases/{release}/retire?wait={Word(wait)}&standby={Word(standBy)}", content: null, cancellationToken)).Dispose();

    public Task UpgradeAsync(UpgradeCommand command, CancellationToken cancellationToken) =>
        PostAsync("/upgrade", command, HostJson.Default.UpgradeCommand, cancellationToken);

    public async Task StopAsync(bool forget, CancellationToken cancellationToken) =>
        (await SendAsync($"/stop?forget={Word(forget)}", content: null, cancellationToken)).Dispose();

    public void Dispose() => _http.Dispose();

    private static string Word(bool value) => value ? "true" : "false";

    private async Task PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body, type);
        (await SendAsync(path, content, cancellationToken)).Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(string path, HttpContent? content, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new RolloutFailedException($"The local host does not answer ({failure.Message}).", cause: failure);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw Failure(path, response, await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    private static RolloutFailedException Failure(string path, HttpResponseMessage response, string body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, HostJson.Default.HostProblem) is { } problem)
            {
                return new RolloutFailedException(problem.Reason ?? problem.Detail ?? problem.Title ?? body, problem.Service, problem.Log);
            }
        }
        catch (JsonException)
        {
            // Not the host's own answer: shown as it is.
        }

        return new RolloutFailedException($"The local host answered {(int)response.StatusCode} to {path}: {body}");
    }
}
