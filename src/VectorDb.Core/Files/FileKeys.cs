using System.Buffers;
using System.Globalization;

namespace VectorDb.Core.Files;

/// <summary>Where each kind of file lies. A key is path segments of a-z, A-Z, 0-9, '.', '_' and '-', none of them a dot name.</summary>
public static class FileKeys
{
    private const int LongestName = 100;
    private const int LongestKey = 512;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>What the keys of uploads and chunks begin with; the task's id follows.</summary>
    internal static readonly string[] Kinds = ["uploads", "chunks"];

    internal static string TaskId(string key) => key.Split('/')[1];

    /// <summary>The key of an upload. Whatever the client called the file, only a harmless last name of it stays.</summary>
    public static string Upload(string taskId, string? fileName) => $"uploads/{taskId}/{Harmless(fileName)}";

    internal static string Chunk(string taskId, int number) => string.Create(CultureInfo.InvariantCulture, $"chunks/{taskId}/{number:D6}.jsonl");

    /// <exception cref="ArgumentException">It is not a key; nothing outside the store can be named with one.</exception>
    internal static string Checked(string key) => IsKey(key) ? key : throw new ArgumentException($"'{key}' is not a file key.", nameof(key));

    internal static bool IsKey(string key) => key.Length is > 0 and <= LongestKey
        && key.Split('/').All(static part => part.Length > 0 && part.Trim('.').Length > 0 && !part.AsSpan().ContainsAnyExcept(Allowed));

    private static string Harmless(string? fileName)
    {
        var name = (fileName ?? "").Split('/', '\\')[^1];
        var kept = string.Concat(name.Select(static c => Allowed.Contains(c) ? c : '_')).Trim('.');
        return kept.Length == 0 ? "upload" : kept[Math.Max(0, kept.Length - LongestName)..].TrimStart('.');
    }
}
