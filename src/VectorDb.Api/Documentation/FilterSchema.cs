using Microsoft.OpenApi;
using VectorDb.Core.Filters;

namespace VectorDb.Api.Documentation;

/// <summary>The shape of a filter, which <see cref="FilterParser"/> reads by hand and which therefore no type has.</summary>
internal static class FilterSchema
{
    private const string Filter = "Filter";
    private const string Condition = "Condition";
    private static readonly string[] Bounds = ["gte", "gt", "lte", "lt"];

    public static void Describe(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        schemas[Filter] = OfFilter(document);
        schemas[Condition] = OfCondition();
        Use(schemas["DeleteByFilter"], new OpenApiSchemaReference(Filter, document)
        {
            Description = "At least one condition: a whole collection goes by deleting the collection.",
        });
        Use(schemas["SearchRequest"], new OpenApiSchema
        {
            Description = "Only records that match.",
            OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, new OpenApiSchemaReference(Filter, document)],
        });
    }

    private static void Use(IOpenApiSchema body, IOpenApiSchema filter) => body.Properties!["filter"] = filter;

    private static OpenApiSchema OfFilter(OpenApiDocument document)
    {
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "All of must, at least one of should (when there is any), none of mustNot.",
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["must"] = Conditions(),
                ["should"] = Conditions(),
                ["mustNot"] = Conditions(),
            },
            AdditionalPropertiesAllowed = false,
        };

        OpenApiSchema Conditions() => new() { Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference(Condition, document) };
    }

    private static OpenApiSchema OfCondition()
    {
        var properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["key"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                MinLength = 1,
                MaxLength = FilterParser.MaximumKeyLength,
                Description = "A property of the metadata; with dots, the property of that very name or the nested one at that path.",
            },
            ["match"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean,
                Description = $"Equals this, or is an array that has it. Whole numbers beyond {FilterParser.MaximumInteger} are refused here and in bounds: keep them as strings.",
            },
        };
        foreach (var bound in Bounds)
        {
            properties[bound] = new OpenApiSchema { Type = JsonSchemaType.Number };
        }

        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "One test of one key: match, or one or two bounds of a number.",
            Required = new HashSet<string>(StringComparer.Ordinal) { "key" },
            Properties = properties,
            AdditionalPropertiesAllowed = false,
            OneOf = [Needs("match"), new OpenApiSchema { AnyOf = [.. Bounds.Select(Needs)] }],
        };
    }

    private static IOpenApiSchema Needs(string property) => new OpenApiSchema { Required = new HashSet<string>(StringComparer.Ordinal) { property } };
}
