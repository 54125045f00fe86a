using System.Text;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Rendering;

/// <param name="Path">Relative, with forward slashes, e.g. <c>bundle/docker-compose.prod.yml</c>.</param>
/// <param name="Content">UTF-8 without a byte order mark, line feeds only (an archive is what it is).</param>
/// <param name="IsExecutable">Gets the executable bit.</param>
internal sealed record RenderedFile(string Path, ReadOnlyMemory<byte> Content, bool IsExecutable = false)
{
    public ContentHash Hash => ContentHash.OfBytes(Content.Span);

    public static RenderedFile Of(string path, string text, bool isExecutable = false) => new(path, Encoding.UTF8.GetBytes(text), isExecutable);
}
