using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Files;

public static class FileStoreRegistration
{
    private const string Folder = "files";

    /// <summary><see cref="IFileStore"/>, where the settings say.</summary>
    public static IServiceCollection AddFileStore(this IServiceCollection services, ApplicationSettings settings) =>
        services.AddSingleton<IFileStore>(new FolderFileStore(Path.Combine(settings.Get(Settings.Data), Folder)));
}
