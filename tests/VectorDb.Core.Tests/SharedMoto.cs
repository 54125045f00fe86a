using Amazon.Runtime;

namespace VectorDb.Core.Tests;

/// <summary>One emulated AWS for the tests of a class; each test uses names of its own.</summary>
public sealed class SharedMoto : IAsyncLifetime
{
    public const string Region = "us-east-1";
    private MotoServer? _server;

    public static AWSCredentials Credentials { get; } = new BasicAWSCredentials("test", "test");

    public string Endpoint => _server!.Endpoint.AbsoluteUri;

    public async ValueTask InitializeAsync() => _server = await MotoServer.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
