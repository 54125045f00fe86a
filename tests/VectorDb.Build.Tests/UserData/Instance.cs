using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using VectorDb.Build.Rendering;
using VectorDb.Build.Tests.Rendering;

namespace VectorDb.Build.Tests.UserData;

/// <summary>
/// An instance on which rendered user data runs for real: this machine seen through an overlay, with only the cloud's
/// programs (dnf, aws, systemctl, docker, the agent, the metadata service) replaced by stubs that note their calls.
/// </summary>
internal sealed class Instance : IDisposable
{
    private static readonly string[] Stubs =
        ["aws", "curl", "dnf", "docker", "journalctl", "logger", "sleep", "systemctl"];

    private static readonly string Scripts = Path.Combine(Repository.Root, "tests/VectorDb.Build.Tests/UserData/instance");

    private readonly string _folder;
    private readonly string _profile;

    public Instance(string profile, Func<ReleaseModel, ReleaseModel>? change = null)
    {
        RequiredTool.Demand(Environment.UserName == "root", "only root can set up an instance's root folder");
        _profile = profile;
        // Not below the temporary folder: an overlay's upper layer must not lie within its lower one.
        _folder = Directory.CreateDirectory($"/dev/shm/vectordb-{Guid.NewGuid():N}").FullName;
        foreach (var part in new[] { "work", "system" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, part));
        }

        var compose = "the plugin"u8.ToArray();
        var authorities = "the authorities"u8.ToArray();
        var model = SampleRelease.For("production") with
        {
            Compose = new ComposePlugin("2.39.4", Convert.ToHexStringLower(SHA256.HashData(compose))),
            Authorities = new CertificateAuthorities(Convert.ToHexStringLower(SHA256.HashData(authorities))),
        };
        model = change?.Invoke(model) ?? model;
        var files = SampleRelease.Templates.Render(model);
        var bundle = files.Single(file => file.Path == ReleaseTemplates.BundleFile);
        Put("user-data.sh", files.Text($"user-data-{profile}.sh"));
        Put("behaviour/release", model.Release);
        Put("behaviour/calls.log", "");
        Put($"behaviour/bucket/{model.Compose.Key}", "the plugin");
        Put($"behaviour/bucket/{model.Authorities.Key}", "the authorities");
        PutBytes($"behaviour/bucket/bundles/{bundle.Hash.Hex}.tar", bundle.Content.Span);
        Parameters("runtime", ("tasks-table", "vectordb-production-tasks"), ("postgres", "Host=db;SSL Mode=VerifyFull"), ("database-secret-arn", "arn:db"));
        Secret("vectordb/production/openai-api-key", "sk-very-secret");
        Secret("vectordb/production/redis-password", "redis-very-secret");
        Secret("vectordb/production/api-keys", "01234567 admin hash ops");
        Secret("arn:db", "{\"username\":\"app\",\"password\":\"a\\\";b-very-secret\"}");
        Stubs.ToList().ForEach(stub => Stub($"usr/bin/{stub}"));
        Stub("opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl");
    }

    /// <summary>One line a call of a stub, in order.</summary>
    public string[] Calls => File.ReadAllLines(At("behaviour/calls.log"));

    public string Log => File.ReadAllText(At("var/log/vectordb-bootstrap.log"));

    public string UserData => File.ReadAllText(At("user-data.sh"));

    public void Behave(string fault, string content = "") => Put($"behaviour/{fault}", content);

    public void Forget(string path) => File.Delete(At(path));

    public void Put(string path, string content) => PutBytes(path, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Runs the user data, then <paramref name="look"/> while the instance's memory is still there.</summary>
    /// <returns>Exit code of the user data, and what the look printed.</returns>
    /// <remarks>The end of the script ends everything: the pipe is read until what writes the log has closed it too.</remarks>
    public Task<(int ExitCode, string Output)> StartAsync(string look = "") => RunAsync($"bash /user-data.sh | cat >/dev/null; code=${{PIPESTATUS[0]}}; {look}\nexit $code");

    /// <summary>What happens at every later boot: the enabled unit starts.</summary>
    public Task<(int ExitCode, string Output)> RebootAsync(string look) => RunAsync($"systemctl start vectordb.service >/dev/null; code=$?; {look}\nexit $code");

    /// <summary>What waits for the instance's end.</summary>
    public Task<(int ExitCode, string Output)> DrainAsync() => RunAsync($"bash /opt/vectordb/current/drain-{_profile}.sh");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string path) => Path.Combine(_folder, "upper", path);

    private async Task<(int ExitCode, string Output)> RunAsync(string script)
    {
        var start = new ProcessStartInfo(RequiredTool.Find("unshare"), ["--mount", "--pid", "--fork", "bash", Path.Combine(Scripts, "run.sh"), _folder, "bash", "-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine($"{_profile}: {await errors}");
        return (process.ExitCode, output);
    }

    private void Parameters(string folder, params (string Name, string Value)[] values) => Put(
        $"behaviour/parameters/vectordb/production/{folder}.json",
        JsonSerializer.Serialize(new { Parameters = values.Select(pair => new { Name = $"/vectordb/production/{folder}/{pair.Name}", pair.Value }) }));

    private void Secret(string id, string value) => Put($"behaviour/secrets/{id}", value);

    private void Stub(string path)
    {
        Put(path, File.ReadAllText(Path.Combine(Scripts, "stub.sh")));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(At(path), (UnixFileMode)0b111_101_101);
        }
    }

    private void PutBytes(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), content);
    }
}
