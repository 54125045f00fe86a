using System.Runtime.Versioning;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Images;

/// <summary>Somebody who names the engine by a Docker context, on a system that has a store for credentials.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DockerUser : IDisposable
{
    private static readonly string[] Variables = ["DOCKER_CONFIG", "DOCKER_HOST", "PATH"];

    private readonly TemporaryFolder _folder;
    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(static name => name, static name => Environment.GetEnvironmentVariable(name), StringComparer.Ordinal);

    public DockerUser(TemporaryFolder folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder.File("helpers"));
        foreach (var store in new[] { "pass", "secretservice" })
        {
            var program = folder.File("helpers", $"docker-credential-{store}");
            File.WriteAllText(program, $"#!/bin/sh\necho \"$@\" >> {Stored}\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    /// <summary>What the store was asked for.</summary>
    public string Stored => _folder.File("stored");

    /// <summary>What the docker program remembers for this user, logins among it.</summary>
    public string Configuration => _folder.File("user", "config.json");

    public async Task UseContextAsync(CancellationToken cancellation)
    {
        var engine = _before["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
        var commands = new CommandRunner(TimeProvider.System);
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", _folder.File("user"));
        Environment.SetEnvironmentVariable("DOCKER_HOST", null);
        Environment.SetEnvironmentVariable("PATH", $"{_folder.File("helpers")}:{_before["PATH"]}");
        await commands.RunAsync(new Command("docker", "context", "create", "engine", "--docker", $"host={engine}"), cancellation);
        await commands.RunAsync(new Command("docker", "context", "use", "engine"), cancellation);
    }

    public void Dispose() => _before.ToList().ForEach(static variable => Environment.SetEnvironmentVariable(variable.Key, variable.Value));
}
