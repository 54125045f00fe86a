using Cake.Core;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Releases;

/// <summary>Stops deploys, with a message for whoever tries, and lets them go on again. A run that goes on is not touched.</summary>
public sealed class DeployFreeze
{
    private readonly IReleaseEnvironment _environment;
    private readonly StepJournal _journal;
    private readonly TimeProvider _time;

    internal DeployFreeze(IReleaseEnvironment environment, StepJournal journal, TimeProvider time) => (_environment, _journal, _time) = (environment, journal, time);

    /// <param name="message">Why, and until when. A second freeze replaces the message of the first.</param>
    public async Task FreezeAsync(string? message, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(message))
        {
            throw new CakeException(ExitCodes.UsageError, $"A freeze says why: {_environment.Command("Freeze")} --message=\"<why, and until when>\"");
        }

        var identity = await _environment.IdentifyAsync(cancellationToken);
        await _environment.Lock.FreezeAsync(identity.Owner, message.Trim(), cancellationToken);
        await RecordAsync(LedgerEvent.Frozen, identity, message.Trim(), cancellationToken);
        _journal.Close($"Deploys to {_environment.Name} are frozen: {message.Trim()}");
        _journal.Close($"  go on      {_environment.Command("Unfreeze")}");
    }

    public async Task UnfreezeAsync(CancellationToken cancellationToken)
    {
        if ((await _environment.Lock.ReadAsync(cancellationToken)).Freeze is not { } freeze)
        {
            _journal.Close($"Nothing to do: deploys to {_environment.Name} are not frozen.");
            return;
        }

        var identity = await _environment.IdentifyAsync(cancellationToken);
        await _environment.Lock.UnfreezeAsync(cancellationToken);
        await RecordAsync(LedgerEvent.Unfrozen, identity, freeze.Message, cancellationToken);
        _journal.Close($"Deploys to {_environment.Name} may go on. They were frozen since {freeze.Since:yyyy-MM-dd HH:mm} UTC by {freeze.By}: {freeze.Message}");
    }

    private Task RecordAsync(LedgerEvent what, Identity identity, string message, CancellationToken cancellationToken) => _environment.Ledger.AppendAsync(
        new LedgerEntry(_time.GetUtcNow(), what, Release: null, Commit: null, identity.Owner, identity.Run) { Outcome = message }, cancellationToken);
}
