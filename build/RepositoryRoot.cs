namespace VectorDb.Build;

/// <summary>Where the repository is: the nearest folder above the compiled build that holds the solution.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "VectorDb.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"There is no VectorDb.sln above {AppContext.BaseDirectory}.");
    }
}
