using VectorDb.LocalHost.Platform;

namespace VectorDb.LocalHost.Releases;

/// <summary>What the host remembers from one start to the next: which release is active.</summary>
internal sealed class HostState(string path)
{
    public ReleaseDefinition? Active
    {
        get => AtomicFile.ReadJson<Document>(path)?.Active;
        set => AtomicFile.WriteJson(path, new Document(value));
    }

    private sealed record Document(ReleaseDefinition? Active);
}
