using Spectre.Console;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.ApiKeys;

/// <summary>Makes an API key for somebody, and shows it once.</summary>
public sealed class KeyCreation
{
    private readonly IApiKeyStore _store;
    private readonly IAnsiConsole _console;
    private readonly TextWriter _notes;

    /// <param name="notes">Takes what is not the key, so that a script can take the output as it is.</param>
    internal KeyCreation(IApiKeyStore store, IAnsiConsole console, TextWriter notes) => (_store, _console, _notes) = (store, console, notes);

    public async Task RunAsync(string name, string scope, CancellationToken cancellationToken)
    {
        var (key, plain) = ApiKey.Create(name, Enum.Parse<KeyScope>(scope, ignoreCase: true));
        await _store.AddAsync(key, cancellationToken);
        _console.WriteRaw(plain);
        await _notes.WriteLineAsync($"""
            Key {key.Id} ({key.Name}, {scope}). It is shown this once: {_store.Place} holds its hash alone.
            Services with VECTORDB_AUTH=apikey accept it within seconds, as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>'. To revoke it, remove its line.
            """);
    }
}
