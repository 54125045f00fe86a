namespace VectorDb.Build.Environments.Local;

/// <summary>Whose an environment is that this user may not look into.</summary>
internal static class HostOwner
{
    private const string Users = "/etc/passwd";

    public static string Describe(LocalHome home)
    {
        var host = LocalHostProcess.Of(home).Select(static id => $": its host runs as process {id} of {OwnerOf(id)}").FirstOrDefault();
        return $"The local environment in {home.Environment} is not {Environment.UserName}'s{host}. Run this as its owner, or name a folder of your own: {LocalHome.Variable}=<folder>";
    }

    private static string OwnerOf(int process)
    {
        try
        {
            var user = File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            var name = File.ReadLines(Users).Select(static line => line.Split(':')).FirstOrDefault(fields => fields.ElementAtOrDefault(2) == user)?[0];
            return name ?? $"user {user}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "another user";
        }
    }
}
