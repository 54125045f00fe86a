using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using VectorDb.Core.Configuration;
using VectorDb.Core.Embeddings.OpenAi;

namespace VectorDb.Core.Embeddings;

public static class EmbedderRegistration
{
    private const string PaceKey = "{vectordb}:embeddings:";

    /// <summary><see cref="ITextEmbedder"/>, as the settings say. With a queue in the settings its pace is shared with all processes.</summary>
    public static IServiceCollection AddEmbedder(this IServiceCollection services, ApplicationSettings settings)
    {
        var dimension = (int)settings.Get(Settings.EmbedderDimension);
        if (settings.Get(Settings.Embedder) == EmbedderKind.Hashing)
        {
            return services.AddSingleton<ITextEmbedder>(new HashingEmbedder(dimension));
        }

        var key = new LiveSecret(settings, Settings.OpenAiApiKey);
        return services.AddOpenAiEmbedder(new OpenAiOptions(
            settings.Get(Settings.OpenAiModel), dimension, settings.Require(Settings.OpenAiApiKey), settings.Get(Settings.OpenAiBaseUrl))
        {
            CurrentKey = key.IsFile ? () => key.Value : null,
            RequestsPerSecond = settings.Get(Settings.OpenAiRequestsPerSecond),
            TokensPerMinute = settings.Get(Settings.OpenAiTokensPerMinute),
        });
    }

    internal static IServiceCollection AddOpenAiEmbedder(this IServiceCollection services, OpenAiOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<LocalPacer>();
        services.AddSingleton<IPacer>(provider => provider.GetService<IServiceProviderIsService>()!.IsService(typeof(IConnectionMultiplexer))
            ? new RedisPacer(
                provider.GetRequiredService<IConnectionMultiplexer>,
                PaceKey + options.Model,
                options,
                provider.GetRequiredService<LocalPacer>(),
                provider.GetRequiredService<ILogger<RedisPacer>>())
            : provider.GetRequiredService<LocalPacer>());
        services.AddSingleton<EmbeddingService>();
        return services.AddSingleton<ITextEmbedder, OpenAiEmbedder>();
    }
}
