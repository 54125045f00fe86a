using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.SimpleSystemsManagement;
using VectorDb.Build.Aws;
using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Environments.Aws;

/// <summary>
/// What an environment has in AWS, by name, and a client of each service that the release calls. Credentials are those of the SDK's
/// own chain; nothing is called before it is asked for.
/// </summary>
internal sealed class AwsAccount : IDisposable
{
    private readonly Lazy<AwsServices> _services;
    private readonly Lazy<IAmazonS3> _s3;
    private readonly Lazy<IAmazonDynamoDB> _dynamo;
    private readonly Lazy<IAmazonSimpleSystemsManagement> _systems;

    /// <param name="known">Credentials to use in place of the SDK's chain.</param>
    public AwsAccount(string environment, EnvironmentSettings settings, TimeProvider time, AWSCredentials? known = null)
    {
        Environment = environment;
        Settings = settings;
        Region = settings.Require(SettingsCatalogue.Region);
        Account = settings.Require(SettingsCatalogue.Account);
        Endpoint = settings[SettingsCatalogue.AwsEndpoint] is { } address ? new Uri(address) : null;
        var credentials = new Lazy<AWSCredentials>(() => known ?? DefaultAWSCredentialsIdentityResolver.GetCredentials());
        _services = new(() => new AwsServices(new AwsConnection(Region, credentials.Value, Endpoint), time));
        _s3 = new(() => AccountClients.S3(this, credentials.Value, Configured(new AmazonS3Config { ForcePathStyle = Endpoint is not null })));
        _dynamo = new(() => AccountClients.Dynamo(this, credentials.Value, Configured(new AmazonDynamoDBConfig())));
        _systems = new(() => AccountClients.Systems(this, credentials.Value, Configured(new AmazonSimpleSystemsManagementConfig())));
    }

    public string Environment { get; }

    public EnvironmentSettings Settings { get; }

    public string Region { get; }

    /// <summary>12 digits.</summary>
    public string Account { get; }

    /// <summary>An emulator in place of AWS; null for AWS.</summary>
    public Uri? Endpoint { get; }

    public string StateBucket => Settings[SettingsCatalogue.StateBucket] ?? $"vectordb-{Environment}-state-{Account}";

    public string ReleaseBucket => AwsNames.ReleaseBucket(Environment, Account);

    public string ReleaseTable => $"vectordb-{Environment}-releases";

    public AwsServices Services => _services.Value;

    public IAmazonS3 S3 => _s3.Value;

    public IAmazonDynamoDB Dynamo => _dynamo.Value;

    public IAmazonSimpleSystemsManagement Systems => _systems.Value;

    /// <returns>Full name of a secret, <c>vectordb/{environment}/{name}</c>.</returns>
    public string SecretName(string name) => AwsNames.Secret(Environment, name);

    /// <returns>Full name of a parameter, <c>/vectordb/{environment}/{name}</c>.</returns>
    public string ParameterName(string name) => $"/vectordb/{Environment}/{name}";

    public void Dispose()
    {
        DisposeOf(_services);
        DisposeOf(_s3);
        DisposeOf(_dynamo);
        DisposeOf(_systems);
    }

    private static void DisposeOf<T>(Lazy<T> client)
        where T : IDisposable
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    private T Configured<T>(T config)
        where T : ClientConfig
    {
        if (Endpoint is null)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(Region);
        }
        else
        {
            config.ServiceURL = Endpoint.AbsoluteUri;
            config.AuthenticationRegion = Region;
        }

        return config;
    }
}
