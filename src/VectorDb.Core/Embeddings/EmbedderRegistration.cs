using Microsoft.Extensions.DependencyInjection;
using VectorDb.Core.Configuration;

namespace VectorDb.Core.Embeddings;

public static class EmbedderRegistration
{
    /// <summary><see cref="ITextEmbedder"/>, as the settings say.</summary>
    public static IServiceCollection AddEmbedder(this IServiceCollection services, ApplicationSettings settings) =>
        services.AddSingleton<ITextEmbedder>(new HashingEmbedder((int)settings.Get(Settings.EmbedderDimension)));
}
