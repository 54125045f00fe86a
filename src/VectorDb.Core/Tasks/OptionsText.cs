using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Core.Tasks;

/// <summary>Upload options as the JSON that ledgers keep.</summary>
internal static class OptionsText
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Write(UploadOptions options) => JsonSerializer.Serialize(options, Json);

    public static UploadOptions Read(string text) =>
        JsonSerializer.Deserialize<UploadOptions>(text, Json) ?? throw new InvalidDataException("The ledger holds no upload options.");
}
