using System.Numerics.Tensors;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Core.Collections;
using VectorDb.Core.Search;

namespace VectorDb.Core.Records;

/// <summary>What a record may be, whichever store holds it, so that both stores accept and refuse the same ones.</summary>
public static class RecordRules
{
    public const int MaximumIdLength = 256;

    /// <summary>UTF-16 characters.</summary>
    public const int MaximumTextLength = 1_048_576;

    /// <summary>Bytes of JSON.</summary>
    public const int MaximumMetadataBytes = 65_536;

    /// <summary>Objects and arrays inside one another.</summary>
    public const int MaximumMetadataDepth = 16;

    /// <summary>Values, objects and arrays in one record's metadata: each takes far more memory than its text.</summary>
    public const int MaximumMetadataValues = 1_000;

    public static readonly string TooManyValues = $"metadata: more than {MaximumMetadataValues} values";

    // PostgreSQL keeps the index of vectors of these dimensions in half precision, and what one store refuses the other does too.
    private const int SmallestHalfDimension = 2_001;
    private const int LargestHalfDimension = 4_000;
    private const float LargestHalf = 65_504;

    // What a search makes of two vectors of this length is still finite: their distance, and the bounds of their codes, which may be some 10,000
    // times its square. Where codes overflow a search finds nothing. Cosine knows directions only.
    private const float LargestComparedLength = 3e16f;
    private const float LargestComparedSquare = LargestComparedLength * LargestComparedLength;

    /// <returns>One problem for each bad record, in order; none when all may be stored.</returns>
    public static IReadOnlyList<RecordProblem> Check(CollectionSpec spec, IReadOnlyList<Record> records)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(records);
        List<RecordProblem>? problems = null;
        for (var index = 0; index < records.Count; index++)
        {
            var record = records[index];
            var reason = record is null
                ? "is null"
                : CheckId(record.Id) ?? CheckText(record.Text) ?? CheckMetadata(record.Metadata) ?? CheckVector(spec, record.Vector.Span);
            if (reason is not null)
            {
                (problems ??= []).Add(new RecordProblem(index, record?.Id, reason));
            }
        }

        return problems ?? (IReadOnlyList<RecordProblem>)[];
    }

    /// <summary>Of two records with one id the later.</summary>
    internal static IEnumerable<Record> LastOfEachId(IReadOnlyList<Record> records)
    {
        var last = new Dictionary<string, int>(records.Count, StringComparer.Ordinal);
        for (var i = 0; i < records.Count; i++)
        {
            last[records[i].Id] = i;
        }

        return last.Count == records.Count ? records : records.Where((record, index) => last[record.Id] == index);
    }

    /// <returns>Null, or what is wrong.</returns>
    public static string? CheckId(string? id) => id switch
    {
        null or "" => "id: missing",
        { Length: > MaximumIdLength } => $"id: {id.Length} characters, {MaximumIdLength} at most",
        _ when id.AsSpan().ContainsAnyInRange('\0', '\x1f') => "id: holds a control character",
        _ when !IsWellFormed(id) => "id: holds half of a surrogate pair",
        "." or ".." => $"id: '{id}' is a step in a path, so no address could name the record",
        _ => null,
    };

    /// <inheritdoc cref="CheckId"/>
    public static string? CheckText(string? text) => text switch
    {
        null => null,
        { Length: > MaximumTextLength } => $"text: {text.Length} characters, {MaximumTextLength} at most",
        _ when text.Contains('\0') => "text: holds the character U+0000",
        _ => null,
    };

    /// <inheritdoc cref="CheckId"/>
    public static string? CheckVector(CollectionSpec spec, ReadOnlySpan<float> vector)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (vector.Length != spec.Dimension)
        {
            return $"vector: {vector.Length} numbers, the collection has dimension {spec.Dimension}";
        }

        var square = TensorPrimitives.SumOfSquares(vector);
        if (float.IsFinite(square))
        {
            return spec.Metric != Metric.Cosine && square > LargestComparedSquare
                ? $"vector: too large; its length is beyond {LargestComparedLength:0e0}, where comparing it with another may overflow"
                : square < Similarity.LeastSquare && spec.Metric == Metric.Cosine ? "vector: all zero (or too small to square), which has no direction for cosine"
                : spec.Dimension is >= SmallestHalfDimension and <= LargestHalfDimension && TooLargeForHalf(vector) is { } at
                    ? $"vector[{at}]: {vector[at]} is beyond {LargestHalf}, the largest number in vectors of {SmallestHalfDimension} to {LargestHalfDimension} dimensions"
                : null;
        }

        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                return $"vector[{i}]: {vector[i]} is not a finite number";
            }
        }

        return "vector: too large; its squared length overflows";
    }

    /// <summary>
    /// A stored vector as it is compared with others. Earlier releases stored vectors of any length, and distances to very long ones overflow:
    /// such a vector is shortened to the longest that compares well.
    /// </summary>
    internal static ReadOnlySpan<float> Comparable(CollectionSpec spec, ReadOnlySpan<float> vector)
    {
        if (spec.Metric == Metric.Cosine || TensorPrimitives.SumOfSquares(vector) <= LargestComparedSquare)
        {
            return vector;
        }

        var square = 0.0;
        foreach (var number in vector)
        {
            square += (double)number * number;
        }

        var shorter = new float[vector.Length];
        TensorPrimitives.Multiply(vector, (float)Math.Sqrt(LargestComparedSquare / square), shorter);
        return shorter;
    }

    private static int? TooLargeForHalf(ReadOnlySpan<float> vector) =>
        vector.IndexOfAnyExceptInRange(-LargestHalf, LargestHalf) is var at and >= 0 ? at : null;

    /// <inheritdoc cref="CheckId"/>
    public static string? CheckMetadata(JsonObject? metadata)
    {
        if (metadata is null)
        {
            return null;
        }

        try
        {
            if (new MetadataCheck().Fault(metadata) is { } reason)
            {
                return reason;
            }

            var bytes = Encoding.UTF8.GetByteCount(metadata.ToJsonString());
            return bytes <= MaximumMetadataBytes ? null : $"metadata: {bytes} bytes, {MaximumMetadataBytes} at most";
        }
        catch (Exception e) when (e is ArgumentException or JsonException or InvalidOperationException)
        {
            // A JsonObject over parsed text finds a repeated key or a broken string only when it is read.
            return $"metadata: {MetadataCheck.Shown(e.Message)}";
        }
    }

    internal static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[consumed..];
        }

        return true;
    }
}

/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Id">Its id, when it has one.</param>
/// <param name="Reason">Which field, and what is wrong with it.</param>
public sealed record RecordProblem(int Index, string? Id, string Reason);

/// <summary>Nothing of a batch was stored, because these records of it cannot be.</summary>
public sealed class InvalidRecordsException(IReadOnlyList<RecordProblem> problems) : Exception(
    $"{problems.Count} of the records cannot be stored; the first is number {problems[0].Index} ('{problems[0].Id}'): {problems[0].Reason}")
{
    public IReadOnlyList<RecordProblem> Problems { get; } = problems;
}
