namespace VectorDb.Testing;

/// <summary>The repository that the running tests were built from.</summary>
public static class Repository
{
    /// <summary>Its full path: the nearest folder above the test assembly that holds the solution.</summary>
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "VectorDb.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No VectorDb.sln above {AppContext.BaseDirectory}.");
    }
}
