using System.Text.Json.Serialization;

namespace VectorDb.Api.Problems;

/// <summary>RFC 9457 problem details.</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says the kind.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Detail">What is wrong with this request, and what to do.</param>
/// <param name="Instance">The path asked for.</param>
/// <param name="RequestId">Finds the request in the logs.</param>
/// <param name="Errors">For input that is not valid: each bad field, e.g. <c>records[3].vector</c>, with what is wrong with it.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string? Detail,
    string? Instance,
    string? RequestId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);
