using System.Diagnostics;

namespace VectorDb.Build.Tests.Scripts;

/// <summary>A small repository of its own with the real build.sh, whose build does what its first argument says.</summary>
internal sealed class ScriptTree : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ScriptTree()
    {
        Write("global.json", File.ReadAllText(Path.Combine(Repository.Root, "global.json")));
        Write("Directory.Build.props", "<Project />");
        Write("build/VectorDb.Build.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
            </Project>
            """);
        Write("build/Program.cs", """
            switch (args[0])
            {
                case "exit":
                    return int.Parse(args[1]);
                case "wait":
                    Console.WriteLine("waiting");
                    var stop = new ManualResetEventSlim();
                    using (System.Runtime.InteropServices.PosixSignalRegistration.Create(
                        System.Runtime.InteropServices.PosixSignal.SIGTERM, context => { context.Cancel = true; stop.Set(); }))
                    {
                        stop.Wait();
                    }

                    return 143;
                default:
                    Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(args));
                    return 0;
            }
            """);
        File.Copy(Path.Combine(Repository.Root, "build.sh"), Full("build.sh"));
    }

    public string Full(string path) => _folder.File(path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllText(Full(path), text);
    }

    public Process Start(IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        var start = new ProcessStartInfo("bash", ["build.sh", .. args])
        {
            WorkingDirectory = _folder.Path,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public Task<ScriptResult> RunAsync(params string[] args) => RunAsync(null, args);

    public async Task<ScriptResult> RunAsync(IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        using var process = Start(environment, args);
        return await ResultAsync(process);
    }

    public static async Task<ScriptResult> ResultAsync(Process process)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new ScriptResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Command lines of the compilers that work on this tree, whoever started them.</summary>
    public IReadOnlyList<string> Compilations() =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Select(CommandLineOf)
            .Where(line => line.StartsWith($"dotnet build {Full("build/VectorDb.Build.csproj")} ", StringComparison.Ordinal)),
    ];

    public void Dispose() => _folder.Dispose();

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

internal sealed record ScriptResult(int ExitCode, string Output, string Errors)
{
    public bool Compiled => Errors.Contains("Compiling the build", StringComparison.Ordinal);
}
