using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using VectorDb.Api.Problems;
using VectorDb.Core.Files;

namespace VectorDb.Api.Uploads;

/// <summary>Takes the file of an upload, multipart or raw, and streams it to storage as it comes.</summary>
internal sealed class UploadReceiver(IFileStore files)
{
    private const int LongestBoundary = 200;
    private const int LongestField = 4096;

    /// <summary>HResult of the exception for a body that ends early; that of a failing disk is the system's error number.</summary>
    private const int EndOfBody = unchecked((int)0x80131620);

    /// <summary>Content types of a file that is the whole body.</summary>
    public static readonly string[] RawTypes =
        ["text/csv", "text/plain", "text/tab-separated-values", "application/csv", "application/x-ndjson", "application/jsonl",
            "application/x-jsonlines", "application/gzip", "application/x-gzip", "application/octet-stream"];

    private const string FileField = "file";

    /// <param name="taskId">Part of the key under which the file is stored.</param>
    /// <param name="form">Gets the form fields.</param>
    /// <exception cref="RequestException">The body is not an upload; nothing of it is kept.</exception>
    public async Task<StoredFile> StoreAsync(HttpRequest request, string taskId, UploadForm form, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.ToString() is not ("" or "identity" or "gzip" or "x-gzip"))
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "Content-Encoding may be gzip only.");
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            throw WrongType();
        }

        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return await MultipartAsync(request, type, taskId, form, cancellationToken);
        }

        if (!RawTypes.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            throw WrongType();
        }

        form.Read();
        return await files.WriteAsync(FileKeys.Upload(taskId, RawName(request, type.MediaType.ToString())), request.Body, cancellationToken);
    }

    private async Task<StoredFile> MultipartAsync(
        HttpRequest request, MediaTypeHeaderValue type, string taskId, UploadForm form, CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw RequestException.Invalid("Content-Type", "has no usable multipart boundary");
        }

        var reader = new MultipartReader(boundary, request.Body);
        StoredFile? stored = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    throw RequestException.Invalid("body", "has a part without Content-Disposition");
                }

                if (!disposition.IsFileDisposition())
                {
                    var field = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                    form.Add(field != FileField ? field : throw Missing(), await FieldAsync(section, cancellationToken));
                    continue;
                }

                if (stored is not null)
                {
                    throw RequestException.Invalid(FileField, "is given more than once; one file makes one task");
                }

                var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName);
                stored = await files.WriteAsync(FileKeys.Upload(taskId, name.ToString()), section.Body, cancellationToken);
            }

            form.Read();
            return stored ?? throw Missing();
        }
        catch (Exception exception)
        {
            if (stored is not null)
            {
                await files.DeleteAsync(stored.Key, CancellationToken.None);
            }

            if (exception is InvalidDataException or (IOException { HResult: EndOfBody } and not BadHttpRequestException))
            {
                throw RequestException.Invalid("body", $"is not complete multipart data: {exception.Message}");
            }

            throw;
        }
    }

    private static async Task<string> FieldAsync(MultipartSection section, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(section.Body);
        var buffer = new char[LongestField + 1];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken);
        return length <= LongestField
            ? new string(buffer, 0, length)
            : throw RequestException.Invalid("form", $"has a field of more than {LongestField} characters; a file needs a file name");
    }

    /// <summary>A raw body has no name; the worker tells formats by one, and by the first bytes.</summary>
    private static string RawName(HttpRequest request, string type)
    {
        var name = type.ToLowerInvariant() switch
        {
            "text/csv" or "application/csv" => "upload.csv",
            "text/tab-separated-values" => "upload.tsv",
            "application/x-ndjson" or "application/jsonl" or "application/x-jsonlines" => "upload.jsonl",
            "text/plain" => "upload.txt",
            "application/gzip" or "application/x-gzip" => "upload.gz",
            _ => "upload",
        };
        return request.Headers.ContentEncoding.ToString() is "gzip" or "x-gzip" ? name + ".gz" : name;
    }

    private static RequestException Missing() =>
        RequestException.Invalid(FileField, "is missing: send it as a part with a file name (curl: file=@books.csv)");

    private static RequestException WrongType() => new(
        StatusCodes.Status415UnsupportedMediaType,
        $"Send multipart/form-data with a file, or the file itself as one of {string.Join(", ", RawTypes)}.");
}
