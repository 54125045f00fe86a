namespace VectorDb.LocalHost.Gateway;

/// <summary>Which route new requests take. Changing it is one write.</summary>
internal sealed class RouteSwitch
{
    private GatewayRoute? _active;

    public GatewayRoute? Active => Volatile.Read(ref _active);

    /// <returns>The route that was active.</returns>
    public GatewayRoute? Activate(GatewayRoute? route) => Interlocked.Exchange(ref _active, route);

    /// <summary>
    /// The active route, entered. A request that enters while the switch is thrown looks again: once a route is no longer
    /// active its count can only fall, so "no request in flight" is final.
    /// </summary>
    public GatewayRoute? Enter()
    {
        while (Active is { } route)
        {
            route.Enter();
            if (ReferenceEquals(route, Active))
            {
                return route;
            }

            route.Leave();
        }

        return null;
    }
}
