using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Releases;

/// <summary>The first 12 hexadecimal digits of the SHA-256 over what a release consists of: the same bytes have the same id.</summary>
[JsonConverter(typeof(ReleaseIdConverter))]
internal readonly record struct ReleaseId
{
    public const int Length = 12;

    private readonly string? _value;

    private ReleaseId(string value) => _value = value;

    public string Value => _value ?? new string('0', Length);

    /// <exception cref="FormatException">The text is not 12 hexadecimal digits in lower case.</exception>
    public static ReleaseId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a release id ({Length} hexadecimal digits in lower case).");

    public static bool TryParse([NotNullWhen(true)] string? text, out ReleaseId id)
    {
        var valid = text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);
        id = valid ? new ReleaseId(text!) : default;
        return valid;
    }

    public static ReleaseId From(ContentHash hash) => new(hash.Hex[..Length]);

    public override string ToString() => Value;
}

internal sealed class ReleaseIdConverter : JsonConverter<ReleaseId>
{
    public override ReleaseId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReleaseId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException($"'{reader.GetString()}' is not a release id.");

    public override void Write(Utf8JsonWriter writer, ReleaseId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
