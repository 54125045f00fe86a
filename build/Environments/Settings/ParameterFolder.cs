using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;

namespace VectorDb.Build.Environments.Settings;

/// <summary>A folder of the parameter store.</summary>
internal static class ParameterFolder
{
    /// <param name="path">Ends in a slash.</param>
    /// <param name="recursive">Whether the folders in it are looked into.</param>
    /// <returns>Values by name below the folder.</returns>
    public static async Task<Dictionary<string, string>> ReadAsync(
        IAmazonSimpleSystemsManagement systems, string path, bool recursive, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var request = new GetParametersByPathRequest { Path = path, Recursive = recursive };
        do
        {
            var page = await systems.GetParametersByPathAsync(request, cancellationToken);
            (page.Parameters ?? []).ForEach(parameter => values[parameter.Name[path.Length..]] = parameter.Value);
            request.NextToken = page.NextToken;
        }
        while (request.NextToken is { Length: > 0 });

        return values;
    }
}
