using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace VectorDb.Dashboard.Layout;

/// <summary>Style, script and icon: named by content, so that a browser keeps them for good and still sees a new release at once.</summary>
internal sealed class Assets
{
    public const string Folder = "assets";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly Dictionary<string, Asset> _assets;

    public Assets(string folder) => _assets = Directory.EnumerateFiles(folder).Select(Asset.Read).ToDictionary(asset => asset.Name);

    /// <summary>File name with its version, e.g. <c>dashboard.css?v=0f3a91bc</c>.</summary>
    public string Versioned(string name) => $"{name}?v={_assets[name].Version}";

    public IResult Serve(string name, string? v, HttpResponse response)
    {
        if (!_assets.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }

        response.Headers.Remove("Pragma");
        response.Headers.CacheControl = v == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(asset.Content, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Version}\""));
    }

    private sealed record Asset(string Name, byte[] Content, string Type, string Version)
    {
        public static Asset Read(string path)
        {
            var content = File.ReadAllBytes(path);
            var version = Convert.ToHexStringLower(SHA256.HashData(content))[..8];
            return new Asset(Path.GetFileName(path), content, Types[Path.GetExtension(path)], version);
        }
    }
}
