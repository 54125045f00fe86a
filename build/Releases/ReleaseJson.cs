using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using VectorDb.Build.Releases.Locking;

namespace VectorDb.Build.Releases;

/// <summary>The JSON of manifests, ledgers and locks; generated, because reflection would cost every start of the build.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(IReadOnlyList<LedgerEntry>))]
[JsonSerializable(typeof(LockState))]
internal sealed partial class ReleaseJson : JsonSerializerContext
{
    /// <summary>One line; what is null is left out.</summary>
    public static ReleaseJson Line { get; } = new(Settings(indented: false));

    /// <summary>For files that people open.</summary>
    public static ReleaseJson Readable { get; } = new(Settings(indented: true));

    private static JsonSerializerOptions Settings(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        DefaultIgnoreCondition = indented ? JsonIgnoreCondition.Never : JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<LedgerEvent>() },
    };
}
