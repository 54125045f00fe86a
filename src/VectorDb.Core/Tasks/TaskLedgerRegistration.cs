using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VectorDb.Core.Configuration;
using VectorDb.Core.Tasks.Sqlite;

namespace VectorDb.Core.Tasks;

public static class TaskLedgerRegistration
{
    private const string FileName = "tasks.db";

    /// <summary><see cref="ITaskLedger"/> and <see cref="IChunkLedger"/>, where the settings say.</summary>
    public static IServiceCollection AddTaskLedger(this IServiceCollection services, ApplicationSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSqliteTaskLedger(Path.Combine(settings.Get(Settings.Data), FileName));
    }

    internal static IServiceCollection AddSqliteTaskLedger(this IServiceCollection services, string path)
    {
        services.AddSingleton(new LedgerDatabase(path));
        services.AddSingleton<ITaskLedger, SqliteTaskLedger>();
        services.AddSingleton<IChunkLedger, SqliteChunkLedger>();
        return services;
    }
}
