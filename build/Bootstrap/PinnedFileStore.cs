using Amazon.S3.Model;
using Cake.Core;
using VectorDb.Build.Aws;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Releases;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Bootstrap;

/// <summary>Brings pinned files into the release bucket: from a folder at hand, or from their publisher. A hash decides, never a name.</summary>
/// <param name="network">Carries the downloads.</param>
internal sealed class PinnedFileStore(HttpMessageHandler network, StepJournal journal)
{
    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(10);

    /// <param name="folder">Looked into first; null for none.</param>
    /// <returns>How many were not there yet.</returns>
    /// <exception cref="CakeException">The publisher's file is another one than the pinned, or cannot be had.</exception>
    public async Task<int> EnsureAsync(AwsAccount account, string? folder, CancellationToken cancellation)
    {
        var missing = 0;
        foreach (var file in PinnedFile.Of(account.Settings))
        {
            if (await account.S3.HasAsync(account.ReleaseBucket, file.Key, cancellation))
            {
                continue;
            }

            var found = folder is null ? null : Directory.EnumerateFiles(folder).FirstOrDefault(path => ContentHash.OfFile(path).Hex == file.Sha256);
            if (found is null)
            {
                await DownloadAsync(account, file, cancellation);
            }
            else
            {
                journal.Say($"{file.Name}: {found}");
                await UploadAsync(account, file.Key, found, cancellation);
            }

            missing++;
        }

        return missing;
    }

    private async Task DownloadAsync(AwsAccount account, PinnedFile file, CancellationToken cancellation)
    {
        journal.Say($"{file.Name}: downloading {file.Source}");
        var path = Path.GetTempFileName();
        try
        {
            using (var http = new HttpClient(network, disposeHandler: false) { Timeout = DownloadLimit })
            await using (var content = await http.GetStreamAsync(file.Source, cancellation))
            await using (var target = File.Create(path))
            {
                await content.CopyToAsync(target, cancellation);
            }

            var actual = ContentHash.OfFile(path).Hex;
            if (actual != file.Sha256)
            {
                throw new CakeException(
                    $"{file.Name}: {file.Setting.Name} is {file.Sha256}, and {file.Source} has {actual}. Nothing was uploaded. Compare both with the publisher's page, then correct the setting.");
            }

            await UploadAsync(account, file.Key, path, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new CakeException(
                $"{file.Name}: {file.Source} cannot be downloaded ({failure.Message}). Download it elsewhere, then: "
                + $"{BuildCommand.Line("Bootstrap", account.Environment)} --files=<its folder>",
                failure);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task UploadAsync(AwsAccount account, string key, string path, CancellationToken cancellation) => account.S3.PutObjectAsync(
        new PutObjectRequest { BucketName = account.ReleaseBucket, Key = key, FilePath = path, ContentType = "application/octet-stream" }, cancellation);
}
