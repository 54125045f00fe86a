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
    private AwsWire? _wire;

    public Uri Endpoint => _aws!.Endpoint;

    public async ValueTask InitializeAsync()
    {
        RequiredTool.Find("moto_server");
        _aws = await EmulatedAws.StartAsync(new CommandRunner(TimeProvider.System), Repository.Root, new EmulatorOptions(TimeScale), TimeProvider.System, TestContext.Current.CancellationToken);
        _wire = new AwsWire(_aws);
    }

    public async ValueTask DisposeAsync()
    {
        _wire?.Dispose();
        if (_aws is not null)
        {
            await _aws.DisposeAsync();
        }
    }

    public Task<JsonElement> ControlAsync(HttpMethod method, string path, object? body = null) => _wire!.ControlAsync(method, path, body);

    /// <inheritdoc cref="AwsWire.QueryAsync"/>
    public Task<XElement> QueryAsync(string service, string action, params (string Name, string Value)[] parameters) => _wire!.QueryAsync(service, action, parameters);

    /// <inheritdoc cref="AwsWire.JsonAsync"/>
    public Task<JsonElement> JsonAsync(string service, string target, object body) => _wire!.JsonAsync(service, target, body);
}
