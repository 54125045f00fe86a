using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using VectorDb.Build.Releases;
using VectorDb.Build.Releases.Files;

namespace VectorDb.Build.Compilation;

/// <summary>
/// What the last whole compilation was made of, and what it made. Where neither has changed, compiling again would look at every
/// project for seconds and do nothing. When in doubt the answer is that something has changed.
/// </summary>
/// <param name="root">The repository.</param>
/// <param name="path">Where the record lies.</param>
internal sealed partial class BuildRecord(string root, string path)
{
    private const string Output = "/bin/Release/";

    /// <summary>What restoring packages leaves; the layout check needs it too.</summary>
    private const string Restored = "/obj/project.assets.json";

    private static readonly string[] ProjectFiles = [".csproj", ".props", ".targets"];

    /// <summary>Whether there is one, of whatever sources.</summary>
    public bool Exists => File.Exists(path);

    /// <returns>Names and bytes of all sources, the tools, and the variables that a project asks for; null when that cannot be told.</returns>
    public ContentHash? Sources()
    {
        var parts = new List<KeyValuePair<string, ContentHash>>();
        foreach (var file in SourceTree.Files(root))
        {
            if (file.LinkTarget is not null)
            {
                return null;
            }

            parts.Add(new(file.FullName[root.Length..], ContentHash.OfFile(file.FullName)));
            if (ProjectFiles.Contains(file.Extension, StringComparer.Ordinal))
            {
                parts.AddRange(PropertyName().Matches(File.ReadAllText(file.FullName)).Select(match => match.Groups["name"].Value).Distinct(StringComparer.OrdinalIgnoreCase)
                    .Select(name => KeyValuePair.Create($"{file.FullName} {name}", ContentHash.OfText(Environment.GetEnvironmentVariable(name) ?? ""))));
            }
        }

        parts.Add(new("tools", ContentHash.OfText(string.Join('\n', Tools()))));
        return ContentHash.Of(parts);
    }

    /// <summary>Whether these sources were compiled, and all that came of it is as it was left.</summary>
    public bool Covers(ContentHash? sources) => sources is { } known && Exists && File.ReadAllText(path) == Entry(known);

    /// <summary>To be called before anything is compiled: a compilation that is killed has no record.</summary>
    public void Forget() => File.Delete(path);

    /// <param name="sources">As they were before the compilation; no record is kept when they changed meanwhile.</param>
    public async Task KeepAsync(ContentHash? sources, CancellationToken cancellationToken)
    {
        if (sources is { } known && Sources() == known)
        {
            await DurableFile.WriteAsync(path, Encoding.UTF8.GetBytes(Entry(known)), cancellationToken);
        }
    }

    private static IEnumerable<string> Tools()
    {
        var sdks = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? "", "sdk");
        string[] installed = Directory.Exists(sdks) ? Directory.GetDirectories(sdks) : [];
        return installed.Order(StringComparer.Ordinal).Append(Environment.Version.ToString());
    }

    /// <summary>Outputs by size and time, as the compiler's own tools judge them: reading a gigabyte would take as long as they do.</summary>
    private string Entry(ContentHash sources)
    {
        var outputs = SourceTree.FilesAndOutputs(root)
            .OfType<FileInfo>()
            .Select(file => (Name: file.FullName[root.Length..].Replace(Path.DirectorySeparatorChar, '/'), File: file))
            .Where(file => file.Name.Contains(Output, StringComparison.Ordinal) || file.Name.EndsWith(Restored, StringComparison.Ordinal))
            .Select(file => KeyValuePair.Create(
                file.Name, ContentHash.OfText(string.Create(CultureInfo.InvariantCulture, $"{file.File.Length} {file.File.LastWriteTimeUtc.Ticks}"))));
        return $"{sources}\n{ContentHash.Of(outputs)}\n";
    }

    [GeneratedRegex(@"\$\((?<name>\w+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PropertyName();
}
