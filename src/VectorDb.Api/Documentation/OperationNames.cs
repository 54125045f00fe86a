using Microsoft.OpenApi;

namespace VectorDb.Api.Documentation;

/// <summary>What generated clients call their methods; a name given once stays.</summary>
internal static class OperationNames
{
    private static readonly Dictionary<(string Method, string Path), string> Names = new()
    {
        [("GET", "/health")] = "getRootHealth",
        [("GET", "/health/deep")] = "getRootHealthDeep",
        [("GET", "/api/v1/health")] = "getHealth",
        [("GET", "/api/v1/health/deep")] = "getHealthDeep",
        [("GET", "/metrics")] = "getMetrics",
        [("POST", "/api/v1/collections")] = "createCollection",
        [("GET", "/api/v1/collections")] = "listCollections",
        [("GET", "/api/v1/collections/{collection}")] = "getCollection",
        [("DELETE", "/api/v1/collections/{collection}")] = "deleteCollection",
        [("PUT", "/api/v1/collections/{collection}/records")] = "upsertRecords",
        [("GET", "/api/v1/collections/{collection}/records")] = "listRecords",
        [("GET", "/api/v1/collections/{collection}/records/{id}")] = "getRecord",
        [("DELETE", "/api/v1/collections/{collection}/records/{id}")] = "deleteRecord",
        [("POST", "/api/v1/collections/{collection}/records/delete")] = "deleteRecordsByFilter",
        [("POST", "/api/v1/collections/{collection}/search")] = "search",
        [("POST", "/api/v1/collections/{collection}/uploads")] = "uploadFile",
        [("GET", "/api/v1/tasks")] = "listTasks",
        [("GET", "/api/v1/tasks/{taskId}")] = "getTask",
        [("GET", "/api/v1/tasks/{taskId}/errors")] = "getTaskErrors",
        [("POST", "/api/v1/tasks/{taskId}/cancel")] = "cancelTask",
        [("POST", "/api/v1/tasks/{taskId}/retry")] = "retryTask",
    };

    public static void Give(OpenApiDocument document)
    {
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                operation.OperationId = Names.GetValueOrDefault((method.Method, path));
                if (path.EndsWith("/health", StringComparison.Ordinal) || path.EndsWith("/health/deep", StringComparison.Ordinal))
                {
                    // An empty list takes back what the document asks of every call: health needs no key.
                    operation.Security = [];
                }
            }
        }
    }
}
