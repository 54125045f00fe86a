using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Security;

/// <summary>Data Protection keys shared by every host of one environment, so that a cookie of one is valid on all.</summary>
public static class SharedKeys
{
    private const string Application = "vectordb";

    /// <summary>Keeps them in <c>keys/</c> of the data folder, or in Redis, as VECTORDB_KEYS says.</summary>
    /// <param name="redis">The connection, asked for only when it is needed.</param>
    public static IServiceCollection AddSharedKeys(
        this IServiceCollection services, ApplicationSettings settings, Func<IServiceProvider, IConnectionMultiplexer> redis)
    {
        var protection = services.AddDataProtection().SetApplicationName(Application);
        if (settings.Get(Settings.Keys) == KeysKind.Folder)
        {
            protection.PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(settings.Get(Settings.Data), "keys")));
        }
        else
        {
            services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
                options => options.XmlRepository = new RedisKeys(redis(provider).GetDatabase())));
        }

        return services;
    }

    private sealed class RedisKeys(IDatabase database) : IXmlRepository
    {
        private static readonly RedisKey List = "vectordb:data-protection-keys";

        public IReadOnlyCollection<XElement> GetAllElements() =>
            [.. database.ListRange(List).Select(static element => XElement.Parse(element.ToString()))];

        public void StoreElement(XElement element, string friendlyName) =>
            database.ListRightPush(List, element.ToString(SaveOptions.DisableFormatting));
    }
}
