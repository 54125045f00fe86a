namespace VectorDb.Build.Releases;

/// <summary>The manifests of all releases that can still be rolled out.</summary>
internal interface IReleaseCatalog
{
    /// <summary>Stores a manifest once; a release that is there already keeps its first manifest.</summary>
    /// <returns>The stored manifest.</returns>
    Task<Manifest> AddAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Stores a manifest in the place of the one that is there: instances of the same content start from something new.</summary>
    Task ReplaceAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <returns>Null when there is no such release.</returns>
    Task<Manifest?> FindAsync(ReleaseId release, CancellationToken cancellationToken);

    /// <returns>Every release, oldest first.</returns>
    Task<IReadOnlyList<Manifest>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Forgets a release and all that is kept for it; one that is not there is no error.</summary>
    Task RemoveAsync(ReleaseId release, CancellationToken cancellationToken);
}
