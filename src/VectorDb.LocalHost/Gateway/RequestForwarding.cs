using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace VectorDb.LocalHost.Gateway;

/// <summary>Sends each request to the active release, body and answer streamed.</summary>
internal sealed class RequestForwarding(RouteSwitch routes, IHttpForwarder forwarder, ITransformBuilder transforms)
{
    /// <summary>A service that is being restarted is waited for rather than reported.</summary>
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(10);

    /// <summary>A request ends when its client or its service gives up, not because the gateway does.</summary>
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromHours(1) };

    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly HttpTransformer _transformer = transforms.Create(static context =>
    {
        context.UseDefaultForwarders = false;
        context.AddXForwarded(ForwardedTransformActions.Set);
        context.AddOriginalHost();
        context.AddRequestTransform(static request =>
        {
            // As it was sent: decoded and encoded again, an escaped slash would become an escaped per cent sign.
            if (request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] target)
            {
                request.ProxyRequest.RequestUri = new Uri(request.DestinationPrefix.TrimEnd('/') + target, AsItIs);
            }

            return ValueTask.CompletedTask;
        });
    });

    public async Task ForwardAsync(HttpContext context)
    {
        if (routes.Enter() is not { } route)
        {
            await RefuseAsync(context, "No release is active", "Nothing is deployed here yet, or it is just being started. Deploy a release: ./build.sh --target=Deploy");
            return;
        }

        try
        {
            var address = await route.EndpointFor(context.Request.Path).FindAsync(RestartPatience, context.RequestAborted);
            if (address is null)
            {
                await RefuseAsync(context, "The service is not up", $"Release {route.Release} is active, but this service of it is not up. See ./build.sh --target=Status");
                return;
            }

            var error = await forwarder.SendAsync(context, address, route.Connections, Config, _transformer, context.RequestAborted);
            if (error is not ForwarderError.None && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                await ProblemAsync(context, StatusCodes.Status502BadGateway, "The service did not answer", $"Release {route.Release}: {error}");
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        finally
        {
            route.Leave();
        }
    }

    private static Task RefuseAsync(HttpContext context, string title, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, title, detail);
    }

    private static Task ProblemAsync(HttpContext context, int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);
}
