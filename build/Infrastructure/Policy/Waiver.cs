using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Infrastructure.Policy;

/// <summary>An offence that somebody has accepted, for a while.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Resource">The full address of one resource; there are no patterns.</param>
/// <param name="Reason">Why it is accepted.</param>
/// <param name="Expires">The last day it counts.</param>
internal sealed record Waiver(string Rule, string Resource, string Reason, DateOnly Expires)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    public bool Covers(string rule, string address) => Rule == rule && Resource == address;

    /// <summary>Reads <c>terraform/policy-waivers.json</c>, an array of waivers.</summary>
    /// <exception cref="InvalidDataException">The file is not such an array, or a reason is empty.</exception>
    public static IReadOnlyList<Waiver> Read(string file)
    {
        try
        {
            var waivers = JsonSerializer.Deserialize<IReadOnlyList<Waiver>>(File.ReadAllText(file), Format) ?? [];
            return waivers.FirstOrDefault(static waiver => string.IsNullOrWhiteSpace(waiver.Reason)) is { } bare
                ? throw new InvalidDataException($"{file}: the waiver of {bare.Rule} for {bare.Resource} gives no reason.")
                : waivers;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{file}: {wrong.Message}", wrong);
        }
    }
}
