using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using VectorDb.Core.Configuration;
using VectorDb.Core.Health;

namespace VectorDb.Core.Hosting;

/// <summary>What the API, the worker and the dashboard have in common as processes.</summary>
public static partial class ServiceProcess
{
    private const int WrongConfiguration = 78;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs the service until it is told to stop, or, with the arguments <c>probe [url]</c>, asks the one that runs whether
    /// it is healthy: images have no shell to do that with.
    /// </summary>
    /// <returns>The exit code: 0, 1 for an unhealthy probe, 78 for a configuration that cannot be used.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> build)
    {
        if (args is ["probe", ..])
        {
            return await Probe.RunAsync(args.ElementAtOrDefault(1), CancellationToken.None);
        }

        try
        {
            var app = build(args);
            await using (app)
            {
                await app.RunAsync();
            }

            return 0;
        }
        catch (SettingsException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return WrongConfiguration;
        }
    }

    /// <summary>
    /// A web application with validated settings, JSON lines for logs, health and a graceful end. Add services, build it,
    /// then call <see cref="UseService"/> first.
    /// </summary>
    /// <param name="service">As health names it: <c>api</c>, <c>worker</c>, <c>dashboard</c>.</param>
    /// <exception cref="SettingsException">The configuration cannot be used.</exception>
    public static (WebApplicationBuilder Builder, ApplicationSettings Settings) CreateBuilder(string service, string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        AddSecretFiles(builder.Configuration);
        var settings = ApplicationSettings.Load(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddHealth(service);
        services.Configure<HostOptions>(static options => options.ShutdownTimeout = DrainLimit);
        services.Configure<ForwardedHeadersOptions>(options => Trust(options, settings.Get(Settings.TrustedProxies)));
        if (settings.Get(Settings.Supervised))
        {
            services.AddHostedService<StandardInputWatch>();
        }

        builder.AddTelemetry(service, settings.Get(Settings.Release));
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(static options => options.FormatterName = JsonLines.FormatterName);
        builder.Logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Http", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(static options => options.AddServerHeader = false);
        return (builder, settings);
    }

    /// <summary>The first middleware: the caller's own address behind the proxy, and the request's id. Logs which release this is.</summary>
    public static void UseService(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<ApplicationSettings>();
        LogRelease(app.Logger, settings.Get(Settings.Release), settings.Get(Settings.Commit));
        app.UseForwardedHeaders();
        app.UseMiddleware<RequestIds>();
    }

    private static void AddSecretFiles(Microsoft.Extensions.Configuration.ConfigurationManager configuration)
    {
        if (configuration[Settings.SecretsDirectory.Name] is { Length: > 0 } folder && Directory.Exists(folder))
        {
            configuration.Sources.Insert(0, new KeyPerFileConfigurationSource
            {
                FileProvider = new PhysicalFileProvider(Path.GetFullPath(folder)),
                Optional = false,
                ReloadOnChange = false,
            });
        }
    }

    private static void Trust(ForwardedHeadersOptions options, string networks)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedPrefix;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Release {Release}, commit {Commit}")]
    private static partial void LogRelease(ILogger log, string release, string? commit);
}
