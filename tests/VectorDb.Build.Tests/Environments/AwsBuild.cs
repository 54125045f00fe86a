using Amazon.Runtime;
using VectorDb.Build.Environments.Aws;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Environments.Settings;
using VectorDb.Build.Processes;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Tests.Environments;

/// <summary>The compiled build as a process of its own, for an environment of an emulated AWS.</summary>
public class AwsBuild : IAsyncLifetime
{
    public const string Caller = "operator";
    private const double TimeScale = 600;

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);
    private EmulatedAws? _aws;

    /// <summary>A name of the test's own: what a run leaves in <c>artifacts</c> is nobody else's.</summary>
    public string Name { get; } = $"t{Guid.NewGuid():N}"[..10];

    /// <summary>Everything that any run has printed.</summary>
    public string Printed { get; private set; } = "";

    /// <summary>Settings by name, as environment variables of the next run.</summary>
    public Dictionary<string, string?> Settings { get; } = new(StringComparer.Ordinal);

    internal AwsAccount Account { get; private set; } = null!;

    internal EmulatedAws Aws => _aws!;

    /// <summary>Holds the pinned files.</summary>
    public string Files => _folder.File("files");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        RequiredTool.Find("terraform");
        RequiredTool.Find("moto_server");
        Directory.CreateDirectory(Files);
        await File.WriteAllTextAsync(Path.Combine(Files, "some-name"), "the plugin", Token);
        await File.WriteAllTextAsync(Path.Combine(Files, "other-name"), "the authorities", Token);
        _aws = await EmulatedAws.StartAsync(_commands, Repository.Root, new EmulatorOptions(TimeScale), TimeProvider.System, Token);
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["REGION"] = EmulatedAws.Region,
            ["ACCOUNT"] = EmulatedAws.Account,
            ["AWS_ENDPOINT"] = _aws.Endpoint.AbsoluteUri,
            ["DOMAIN_NAME"] = "api.rehearsal.example.org",
            ["HOSTED_ZONE_ID"] = "Z0123456789",
            ["IMAGE_ID"] = "ami-0123456789abcdef0",
            ["COMPOSE_SHA256"] = ContentHash.OfText("the plugin").Hex,
            ["CA_BUNDLE_SHA256"] = ContentHash.OfText("the authorities").Hex,
            ["DELETION_PROTECTION"] = "false",
            ["EMBEDDER"] = "hashing",
        })
        {
            Settings[SettingsCatalogue.Prefix + name] = value;
        }

        Account = AccountWith(Settings);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Account?.Dispose();
        if (_aws is not null)
        {
            await _aws.DisposeAsync();
        }

        _folder.Dispose();
        var artifacts = Path.Combine(Repository.Root, "artifacts", Name);
        if (Directory.Exists(artifacts))
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    /// <summary>Runs a target on the environment.</summary>
    public Task<CommandResult> RunAsync(string target, params string[] options) => RunWithInputAsync("", target, options);

    /// <param name="input">Given on the standard input.</param>
    public async Task<CommandResult> RunWithInputAsync(string input, string target, params string[] options)
    {
        var environment = new Dictionary<string, string?>(RehearsalCaller.Named(Caller).Variables, StringComparer.Ordinal) { ["VECTORDB_HOME"] = _folder.File("home") };
        Settings.ToList().ForEach(setting => environment[setting.Key] = setting.Value);
        var result = await _commands.TryAsync(
            new Command("dotnet", [typeof(BuildContext).Assembly.Location, $"--target={target}", $"--environment={Name}", .. options])
            {
                Input = input,
                Environment = environment,
                Limit = TimeSpan.FromMinutes(5),
            },
            Token);
        Printed += result.Output + result.Error;
        return result;
    }

    /// <summary>A run that must succeed.</summary>
    public async Task<string> SucceedAsync(string target, params string[] options)
    {
        var result = await RunAsync(target, options);
        Assert.True(result.Succeeded, result.Output + result.Error);
        return result.Output;
    }

    internal AwsAccount AccountWith(IReadOnlyDictionary<string, string?> settings)
    {
        var given = settings.Where(each => each.Value is not null).ToDictionary(each => each.Key, each => each.Value!, StringComparer.Ordinal);
        var none = new Dictionary<string, string>();
        return new AwsAccount(Name, EnvironmentSettings.Load(Name, given, none, none), TimeProvider.System, new BasicAWSCredentials("test", "test"));
    }
}
