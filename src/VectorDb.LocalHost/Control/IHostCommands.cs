using VectorDb.LocalHost.Releases;

namespace VectorDb.LocalHost.Control;

/// <summary>What can be asked of the host as a whole.</summary>
internal interface IHostCommands
{
    /// <summary>Ends the host once everything has been drained.</summary>
    /// <param name="forget">Whether the next host starts without a release; else the active one comes back with it.</param>
    void Stop(bool forget);

    /// <summary>Hands everything to a host of other binaries; this one ends once its requests are done.</summary>
    /// <exception cref="ControlException">The new host did not become ready. This one carries on.</exception>
    Task UpgradeAsync(UpgradeCommand command, CancellationToken cancellationToken);

    /// <exception cref="ControlException">The host is stopping, or being replaced by one that takes commands in a moment.</exception>
    void RefuseWhileLeaving();
}
