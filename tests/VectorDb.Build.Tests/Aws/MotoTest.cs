using Amazon.Runtime;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Rehearsal;

namespace VectorDb.Build.Tests.Aws;

/// <summary>A test against an emulated account of its own.</summary>
public abstract class MotoTest : IAsyncLifetime
{
    private MotoServer _moto = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected Uri Endpoint => _moto.Endpoint;

    private protected AwsServices Aws { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _moto = await MotoServer.StartAsync(Token);
        Aws = Connect(_moto.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        Aws?.Dispose();
        if (_moto is not null)
        {
            await _moto.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>As someone who may do anything in the account that a server emulates.</summary>
    internal static AwsServices Connect(Uri endpoint) =>
        new(new AwsConnection(EmulatedAws.Region, new BasicAWSCredentials("test", "test"), endpoint), TimeProvider.System);
}
