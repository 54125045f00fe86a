using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Files;

public static class FileStoreRegistration
{
    internal const string Folder = "files";

    /// <summary><see cref="IFileStore"/>, where the settings say.</summary>
    public static IServiceCollection AddFileStore(this IServiceCollection services, ApplicationSettings settings)
    {
        if (settings.Get(Settings.Files) == FilesKind.Folder)
        {
            return services.AddSingleton<IFileStore>(new FolderFileStore(Path.Combine(settings.Get(Settings.Data), Folder), DurableFolder.Flush));
        }

        services.AddSingleton<IAmazonS3>(_ => S3(settings.Get(Settings.AwsEndpoint)));
        return services.AddSingleton<IFileStore>(provider =>
            new S3FileStore(provider.GetRequiredService<IAmazonS3>(), settings.Require(Settings.FilesBucket)));
    }

    /// <param name="endpoint">An emulator in place of AWS, or null. Region and credentials come from the environment or the instance.</param>
    private static AmazonS3Client S3(Uri? endpoint)
    {
        var config = new AmazonS3Config();
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
        }

        return new AmazonS3Client(config);
    }
}
