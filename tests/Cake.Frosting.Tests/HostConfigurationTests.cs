using Cake.Core;
using Cake.Core.Composition;
using Cake.Core.Configuration;
using Cake.Core.IO;
using Cake.Core.Packaging;
using Microsoft.Extensions.DependencyInjection;

namespace Cake.Frosting.Tests;

/// <remarks>A host sets the working directory of the process, so these tests run one after the other.</remarks>
public sealed class HostConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_working_directory_is_that_of_the_host() => Assert.Equal(
        [_folder.Path], HostRun.Of([typeof(Where)], host => InFolder(host).UseWorkingDirectory(_folder.Path), "--target=Where").Notes);

    [Fact]
    public void The_working_directory_of_the_command_line_wins()
    {
        var other = Directory.CreateDirectory(_folder.File("other")).FullName;

        Assert.Equal([other], HostRun.Of([typeof(Where)], host => InFolder(host).UseWorkingDirectory(_folder.Path), "--target=Where", "--working", other).Notes);
    }

    [Fact]
    public void A_working_directory_that_does_not_exist_is_an_error()
    {
        var run = HostRun.Of([typeof(Where)], host => InFolder(host).UseWorkingDirectory(_folder.File("missing")), "--target=Where");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("does not exist", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Tools_are_installed_before_the_first_task_into_the_tool_path_and_registered()
    {
        File.WriteAllText(_folder.File("bar"), "");

        var run = HostRun.Of(
            [typeof(FindTool)],
            host => host.UsePackageInstaller<FooInstaller>().SetToolPath(_folder.Path).InstallTool(new Uri("foo:?package=Bar")),
            "--target=FindTool");

        Assert.Equal([$"foo Bar into {_folder.Path}", $"found {_folder.File("bar")}"], run.Notes);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void A_tool_that_no_installer_knows_is_an_error()
    {
        var run = HostRun.Of([typeof(Where)], host => host.InstallTool(new Uri("foo:?package=Bar")), "--target=Where");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Could not find an installer for the 'foo' scheme.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_package_without_files_is_an_error()
    {
        var run = HostRun.Of(
            [typeof(Where)],
            host => host.UsePackageInstaller<FooInstaller>().SetToolPath(_folder.File("empty")).InstallTool(new Uri("foo:?package=Bar")),
            "--target=Where");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Failed to install tool 'Bar'.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_overrides_a_setting_of_the_host()
    {
        Action<CakeHost> setting = host => host.UseCakeSetting("Oven", "cold");

        Assert.Equal(["cold"], HostRun.Of([typeof(TellSetting)], setting, "--target=TellSetting").Notes);
        Assert.Equal(["hot"], HostRun.Of([typeof(TellSetting)], setting, "--target=TellSetting", "--Oven=hot").Notes);
    }

    [Fact]
    public void A_startup_class_configures_services() => Assert.Equal(
        ["from the startup"], HostRun.Of([typeof(TellService)], host => host.UseStartup<ServiceStartup>(), "--target=TellService").Notes);

    [Fact]
    public void A_module_registers_services() => Assert.Equal(
        ["from the module"], HostRun.Of([typeof(TellService)], host => host.UseModule<ServiceModule>(), "--target=TellService").Notes);

    [Fact]
    public void Create_is_the_constructor() => Assert.NotNull(CakeHost.Create());

    // The real environment would move the whole test process.
    private static CakeHost InFolder(CakeHost host) =>
        host.ConfigureServices(services => services.AddSingleton<ICakeEnvironment, StillEnvironment>());

    private sealed record Service(string Origin);

    private sealed class ServiceStartup : IFrostingStartup
    {
        public void Configure(IServiceCollection services) => services.AddSingleton(new Service("from the startup"));
    }

    private sealed class ServiceModule : ICakeModule
    {
        public void Register(ICakeContainerRegistrar registrar) => registrar.RegisterInstance(new Service("from the module"));
    }

    private sealed class TellService(HostRun run, Service service) : FrostingTask
    {
        public override void Run(ICakeContext context) => run.Note(service.Origin);
    }

    private sealed class TellSetting(HostRun run, ICakeConfiguration configuration) : FrostingTask
    {
        public override void Run(ICakeContext context) => run.Note(configuration.GetValue("oven"));
    }

    private sealed class Where(HostRun run) : FrostingTask
    {
        public override void Run(ICakeContext context) => run.Note(context.Environment.WorkingDirectory.FullPath);
    }

    private sealed class FindTool(HostRun run) : FrostingTask
    {
        public override void Run(ICakeContext context) => run.Note($"found {context.Tools.Resolve("bar")}");
    }

    private sealed class FooInstaller(HostRun run, IFileSystem files) : IPackageInstaller
    {
        public bool CanInstall(PackageReference package, PackageType type) => package.Scheme == "foo";

        public IReadOnlyCollection<IFile> Install(PackageReference package, PackageType type, DirectoryPath path)
        {
            run.Note($"{package.Scheme} {package.Package} into {path}");
            return files.Exist(path) ? [files.GetFile(path.CombineWithFilePath("bar"))] : [];
        }
    }

    private sealed class StillEnvironment(ICakePlatform platform, ICakeRuntime runtime) : ICakeEnvironment
    {
        private readonly CakeEnvironment _real = new(platform, runtime);

        public DirectoryPath WorkingDirectory { get; set; } = "/";

        public DirectoryPath ApplicationRoot => _real.ApplicationRoot;

        public ICakePlatform Platform => platform;

        public ICakeRuntime Runtime => runtime;

        public string? GetEnvironmentVariable(string variable) => _real.GetEnvironmentVariable(variable);

        public IDictionary<string, string?> GetEnvironmentVariables() => _real.GetEnvironmentVariables();

        public DirectoryPath GetSpecialPath(SpecialPath path) => _real.GetSpecialPath(path);
    }
}
