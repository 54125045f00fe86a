using Microsoft.OpenApi;

namespace VectorDb.Api.Documentation;

/// <summary>The form of an upload, which is read part by part: the file, and the options that are also query parameters.</summary>
internal static class UploadSchema
{
    private const string Path = "/api/v1/collections/{collection}/uploads";
    private const string Repeatable = "textColumn";

    public static void Describe(OpenApiDocument document)
    {
        var upload = document.Paths[Path].Operations![HttpMethod.Post];
        var form = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["file"] = Binary("The records; the part has a file name.") };
        foreach (var option in upload.Parameters!.OfType<OpenApiParameter>().Where(static parameter => parameter.In == ParameterLocation.Query))
        {
            if (option.Name == Repeatable)
            {
                option.Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } };
                option.Explode = true;
            }

            form[option.Name!] = Described((OpenApiSchema)option.Schema!, option.Description);
        }

        foreach (var (type, body) in upload.RequestBody!.Content!)
        {
            body.Schema = type == "multipart/form-data"
                ? new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = form,
                    Required = new HashSet<string>(StringComparer.Ordinal) { "file" },
                }
                : Binary(description: null);
        }

        document.Components!.Schemas!.Remove("IFormFile");
    }

    private static OpenApiSchema Binary(string? description) => new() { Type = JsonSchemaType.String, Format = "binary", Description = description };

    private static IOpenApiSchema Described(OpenApiSchema schema, string? description)
    {
        var described = schema.CreateShallowCopy();
        described.Description = description;
        return described;
    }
}
