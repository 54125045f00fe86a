namespace VectorDb.LocalHost.Releases;

/// <summary>A command was refused or failed. It becomes problem details.</summary>
/// <param name="log">What the service printed last.</param>
internal sealed class ControlException(int status, string reason, string? service = null, IReadOnlyList<string>? log = null) : Exception(reason)
{
    public int Status => status;

    public string? Service => service;

    public IReadOnlyList<string> Log => log ?? [];

    public static ControlException Conflict(string reason, string? service = null, IReadOnlyList<string>? log = null) =>
        new(StatusCodes.Status409Conflict, reason, service, log);

    public static ControlException NotFound(string release) => new(StatusCodes.Status404NotFound, $"Release {release} is not running here");

    public static ControlException Timeout(string reason, string? service = null, IReadOnlyList<string>? log = null) =>
        new(StatusCodes.Status504GatewayTimeout, reason, service, log);
}
