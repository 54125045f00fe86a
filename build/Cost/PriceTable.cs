using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorDb.Build.Cost;

/// <param name="Id">What it is of.</param>
/// <param name="Per">For how much of it.</param>
/// <param name="Source">Who says so.</param>
internal sealed record Price(string Id, decimal Usd, string Per, string Source, DateOnly Date);

/// <summary>What no plan tells: how much of something is used in a month.</summary>
/// <param name="With">The type of resource that it comes with.</param>
/// <param name="Text">The assumption in words.</param>
internal sealed record Usage(string Component, string With, decimal Quantity, string Price, string Text);

/// <summary>The dated prices of one region, on demand, without free allowances; <c>prices.json</c> beside this file.</summary>
/// <param name="Free">Types of resources that cost nothing themselves.</param>
internal sealed record PriceTable(
    string Region, DateOnly Date, string Currency, IReadOnlyList<Price> Prices, IReadOnlyList<Usage> Usage, IReadOnlyList<string> Free)
{
    private readonly Lazy<Dictionary<string, decimal>> _byId = new(() => Prices.ToDictionary(price => price.Id, price => price.Usd, StringComparer.Ordinal));

    /// <returns>Null when the table lacks it.</returns>
    public decimal? Find(string id) => _byId.Value.TryGetValue(id, out var usd) ? usd : null;

    /// <exception cref="KeyNotFoundException">The table lacks it.</exception>
    public decimal this[string id] => Find(id) ?? throw new KeyNotFoundException($"prices.json has no price of '{id}'.");

    public static PriceTable Read()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream("prices.json")!;
        return JsonSerializer.Deserialize(stream, PriceJson.Default.PriceTable)!;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PriceTable))]
internal sealed partial class PriceJson : JsonSerializerContext;
