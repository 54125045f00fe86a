using System.Runtime.Versioning;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Scripts;

[Trait(Suites.Trait, Suites.Full)]
[UnsupportedOSPlatform("windows")]
public sealed class BaseImagesScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task On_a_machine_of_another_kind_no_stand_in_is_made()
    {
        await File.WriteAllTextAsync(_folder.File("uname"), "#!/bin/sh\necho aarch64\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_folder.File("uname"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var command = new Command("bash", Path.Combine(Repository.Root, "scripts", "base-images.sh"))
        {
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
                ["VECTORDB_BASE_IMAGE_CACHE"] = _folder.File("cache"),
            },
        };

        var result = await new CommandRunner(TimeProvider.System).TryAsync(command, TestContext.Current.CancellationToken);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("images of a release are for x86_64", result.Error, StringComparison.Ordinal);
    }
}
