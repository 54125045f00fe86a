using System.Text.RegularExpressions;
using VectorDb.Build.Rendering;

namespace VectorDb.Build.Tests.Rendering;

public sealed class ReleaseTemplatesTests
{
    [Theory]
    [InlineData("rehearsal")]
    [InlineData("production")]
    public void Every_file_of_a_release_is_as_it_was_reviewed(string environment)
    {
        var files = SampleRelease.Templates.Render(SampleRelease.For(environment)).Where(file => file.Path != ReleaseTemplates.BundleFile);
        Snapshots.Match(string.Concat(files.Select(file => $"==== {file.Path}\n{Text(file)}\n")), environment);
    }

    [Fact]
    public void The_development_stack_is_as_it_was_reviewed() =>
        Snapshots.Match(Text(SampleRelease.Templates.RenderDevelopment(SampleRelease.Development)));

    [Fact]
    public void Rendering_twice_gives_the_same_bytes()
    {
        var first = SampleRelease.Templates.Render(SampleRelease.For("production"));
        var second = SampleRelease.Templates.Render(SampleRelease.For("production"));
        Assert.Equal(first.Select(file => (file.Path, file.Hash)), second.Select(file => (file.Path, file.Hash)));
    }

    [Fact]
    public void User_data_leaves_room_below_the_limit_and_pins_bundle_and_plugin_by_hash()
    {
        var files = SampleRelease.Templates.Render(SampleRelease.For("production"));
        var script = files.Text("user-data-web.sh");
        Assert.InRange(script.Length, 1, 12_000);
        Assert.Contains($"BUNDLE_SHA256={files.Single(file => file.Path == ReleaseTemplates.BundleFile).Hash.Hex}", script);
        Assert.Contains($"COMPOSE_SHA256={new string('b', 64)}", script);
    }

    [Fact]
    public void Production_runs_images_by_digest_without_Redis_or_code_mounts()
    {
        var compose = SampleRelease.Templates.Render(SampleRelease.For("production")).Text("bundle/docker-compose.prod.yml");
        Assert.Equal(4, Regex.Count(compose, "image: \"[^\"]+@sha256:[0-9a-f]{64}\""));
        Assert.DoesNotContain("redis-server", compose);
        Assert.DoesNotContain("build:", compose);
        Assert.Contains("VECTORDB_WORKER_HARD_LIMIT: 1800", compose);
        Assert.Contains("VECTORDB_WORKER_SOFT_LIMIT: 1740", compose);
    }

    [Fact]
    public void An_image_by_tag_is_refused() =>
        Assert.Contains("names no digest", Assert.Throws<RenderingException>(() => new ImageReference("registry/vectordb-api/app:latest")).Message);

    [Fact]
    public void User_data_over_the_limit_of_EC2_is_refused()
    {
        var model = SampleRelease.For("production") with { Registry = new string('x', 16_384) };
        Assert.Contains("Move a part into the bundle", Assert.Throws<RenderingException>(() => SampleRelease.Templates.Render(model)).Message);
    }

    [Fact]
    public void A_folder_of_rendered_files_is_replaced_as_a_whole()
    {
        using var folder = new TemporaryFolder();
        var target = folder.File("artifacts", "production", "0123456789ab");
        RenderedFolder.Write(target, [RenderedFile.Of("old.txt", "old\n")]);
        var hashes = RenderedFolder.Write(target, [RenderedFile.Of("bundle/run.sh", "#!/bin/bash\n", isExecutable: true)]);
        Assert.Equal(["bundle/run.sh"], hashes.Keys);
        Assert.False(File.Exists(Path.Combine(target, "old.txt")));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(target, "bundle", "run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal([target], Directory.GetDirectories(Path.GetDirectoryName(target)!));
    }

    private static string Text(RenderedFile file) => System.Text.Encoding.UTF8.GetString(file.Content.Span);
}
