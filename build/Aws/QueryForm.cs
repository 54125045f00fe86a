using System.Globalization;

namespace VectorDb.Build.Aws;

/// <summary>The fields of a Query call. Null values are left out, lists become <c>Name.member.1</c> and so on.</summary>
internal sealed record QueryForm
{
    private QueryForm(IReadOnlyList<KeyValuePair<string, string>> fields) => Fields = fields;

    public static QueryForm Empty { get; } = new([]);

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; }

    public QueryForm With(string name, string? value) => value is null ? this : new([.. Fields, new(name, value)]);

    public QueryForm With(string name, int? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public QueryForm With(string name, bool? value) => With(name, value is null ? null : value.Value ? "true" : "false");

    public QueryForm With(string name, IEnumerable<string>? values) =>
        (values ?? []).Select(static (value, index) => (value, index))
            .Aggregate(this, (form, item) => form.With($"{name}.member.{item.index + 1}", item.value));
}
