using System.Globalization;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Compilation;

/// <summary>
/// What this run has compiled, as it left it. Tests take their time, in which another build of the same tree may have its turn: what
/// that makes was not tested here.
/// </summary>
internal sealed class CompiledOutput(Workspace workspace)
{
    private ContentHash? _left;

    /// <summary>To be called in the turn of the compilation.</summary>
    public void Remember() => _left = State();

    /// <exception cref="InvalidOperationException">It is not as it was left any more.</exception>
    public void EnsureUnchanged()
    {
        if (_left is { } left && State() != left)
        {
            throw new InvalidOperationException("What is to be published has changed since it was compiled: another build has worked on this tree meanwhile. Run the command again.");
        }
    }

    /// <summary>By size and time: whatever writes a file is noticed, and hundreds of megabytes need not be read twice.</summary>
    private ContentHash State() => ContentHash.Of(
        new DirectoryInfo(Path.Combine(workspace.Root, "src")).EnumerateDirectories()
            .Select(static project => new DirectoryInfo(Path.Combine(project.FullName, "bin", "Release")))
            .Where(static output => output.Exists)
            .SelectMany(static output => output.EnumerateFiles("*", SearchOption.AllDirectories))
            .Select(static file => KeyValuePair.Create(
                file.FullName, ContentHash.OfText(string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}")))));
}
