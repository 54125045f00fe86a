using VectorDb.Core.Configuration;
using VectorDb.Core.Security;

namespace VectorDb.Api.Access;

/// <summary>Who sent the request.</summary>
/// <param name="Partition">What its rate is counted by: the key's id, or the address of a caller without one.</param>
/// <param name="Scope">What it may do; null when it showed no key that we know.</param>
/// <param name="ShowedKey">Whether it showed any key at all.</param>
internal sealed record Caller(string Partition, Scope? Scope, bool ShowedKey);

/// <summary>What an endpoint asks of its caller.</summary>
internal sealed record RequiredScope(Scope Scope);

internal static partial class AccessRules
{
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Scope scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredScope(scope));

    /// <summary>Says at start who may call.</summary>
    public static void LogAccess(this WebApplication app, ApplicationSettings settings)
    {
        if (settings.Get(Settings.Auth) == AuthKind.Off)
        {
            LogOpen(app.Logger);
        }
        else if (app.Services.GetRequiredService<ApiKeyRing>().Count is var count and > 0)
        {
            LogKeys(app.Logger, count);
        }
        else
        {
            LogNoKeys(app.Logger);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Authentication is off: whoever reaches this address may read and write; VECTORDB_AUTH=apikey turns it on")]
    private static partial void LogOpen(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Authentication by API key is on, {Count} keys are known")]
    private static partial void LogKeys(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Authentication by API key is on and no key is known: every call is refused until one is created")]
    private static partial void LogNoKeys(ILogger log);
}
