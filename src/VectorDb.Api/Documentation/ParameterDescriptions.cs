using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using VectorDb.Api.Json;

namespace VectorDb.Api.Documentation;

/// <summary>Documents the parameters that a handler reads by itself, so that it can tell all that is wrong with them at once.</summary>
internal static class ParameterDescriptions
{
    /// <summary><c>limit</c> and <c>cursor</c> of a list.</summary>
    public static RouteHandlerBuilder DescribesPages(this RouteHandlerBuilder builder) => builder
        .Describes("limit", "Items to a page.", new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Minimum = "1",
            Maximum = Paging.Most.ToString(),
            Default = JsonValue.Create(Paging.Default),
        })
        .Describes("cursor", "The nextCursor of the page before.");

    /// <summary>Adds the query parameter, or describes the one that is there.</summary>
    public static RouteHandlerBuilder Describes(this RouteHandlerBuilder builder, string name, string description, OpenApiSchema? schema = null) =>
        builder.Describes(name, description, schema, ParameterLocation.Query);

    public static RouteHandlerBuilder DescribesHeader(this RouteHandlerBuilder builder, string name, string description) =>
        builder.Describes(name, description, schema: null, ParameterLocation.Header);

    public static OpenApiSchema OneOf(params string[] values) =>
        new() { Type = JsonSchemaType.String, Enum = [.. values.Select(static value => (JsonNode)JsonValue.Create(value))] };

    public static OpenApiSchema Integer(int minimum) => new() { Type = JsonSchemaType.Integer, Minimum = minimum.ToString() };

    private static RouteHandlerBuilder Describes(
        this RouteHandlerBuilder builder, string name, string description, OpenApiSchema? schema, ParameterLocation location) =>
        builder.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var parameters = operation.Parameters ??= [];
            if (parameters.FirstOrDefault(parameter => parameter.Name == name) is not OpenApiParameter parameter)
            {
                parameter = new OpenApiParameter { Name = name, In = location };
                parameters.Add(parameter);
            }

            parameter.Description = description;
            parameter.Schema = schema ?? new OpenApiSchema { Type = JsonSchemaType.String };
            return Task.CompletedTask;
        });
}
