using System.Text.Json;
using System.Xml.Linq;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Emulator;

/// <summary>An emulated AWS in which an hour takes six seconds.</summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    private const double TimeScale = 600;

    private EmulatedAws? _aws;
    private EmulatedCalls? _calls;

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("moto_server");
        _aws = await EmulatedAws.StartAsync(new CommandRunner(TimeProvider.System), Repository.Root, TimeScale, TimeProvider.System, TestContext.Current.CancellationToken);
        _calls = new EmulatedCalls(_aws.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        _calls?.Dispose();
        if (_aws is not null)
        {
            await _aws.DisposeAsync();
        }
    }

    public Task<JsonElement> ControlAsync(HttpMethod method, string path, object? body = null) =>
        _aws!.ControlAsync(method, path, body, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="EmulatedCalls.QueryAsync"/>
    public Task<XElement> QueryAsync(string service, string action, params (string Name, string Value)[] parameters) =>
        _calls!.QueryAsync(service, action, parameters);

    /// <inheritdoc cref="EmulatedCalls.JsonAsync"/>
    public Task<JsonElement> JsonAsync(string service, string target, object body) => _calls!.JsonAsync(service, target, body);
}
