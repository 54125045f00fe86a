using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VectorDb.Core.Configuration;
using VectorDb.Core.Tasks.Dynamo;
using VectorDb.Core.Tasks.Sqlite;

namespace VectorDb.Core.Tasks;

public static class TaskLedgerRegistration
{
    internal const string FileName = "tasks.db";

    /// <summary><see cref="ITaskLedger"/> and <see cref="IChunkLedger"/>, where the settings say.</summary>
    public static IServiceCollection AddTaskLedger(this IServiceCollection services, ApplicationSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        return settings.Get(Settings.Tasks) == TasksKind.Sqlite
            ? services.AddSqliteTaskLedger(Path.Combine(settings.Get(Settings.Data), FileName))
            : services.AddDynamoTaskLedger(settings.Require(Settings.TasksTable), settings.Get(Settings.AwsEndpoint));
    }

    internal static IServiceCollection AddSqliteTaskLedger(this IServiceCollection services, string path)
    {
        services.AddSingleton(new LedgerDatabase(path));
        services.AddSingleton<ITaskLedger, SqliteTaskLedger>();
        services.AddSingleton<IChunkLedger, SqliteChunkLedger>();
        return services;
    }

    /// <param name="endpoint">An emulator in place of AWS, or null. Region and credentials come from the environment or the instance.</param>
    private static IServiceCollection AddDynamoTaskLedger(this IServiceCollection services, string table, Uri? endpoint)
    {
        services.AddSingleton<IAmazonDynamoDB>(_ =>
        {
            var config = new AmazonDynamoDBConfig();
            if (endpoint is not null)
            {
                config.ServiceURL = endpoint.AbsoluteUri;
            }

            return new AmazonDynamoDBClient(config);
        });
        services.AddSingleton(provider => new DynamoTable(provider.GetRequiredService<IAmazonDynamoDB>(), table));
        services.AddSingleton<DynamoHousekeeping>();
        services.AddSingleton<ITaskLedger, DynamoTaskLedger>();
        services.AddSingleton<IChunkLedger, DynamoChunkLedger>();
        return services;
    }
}
