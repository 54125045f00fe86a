using Cake.Core;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Cake.Frosting.Tests;

/// <summary>A run of a real host: its exit code, what it printed, and what its tasks noted down in which order.</summary>
internal sealed class HostRun
{
    private readonly MemoryConsole _console = new();

    public List<string> Notes { get; } = [];

    public int ExitCode { get; private set; }

    public string Output => _console.Output.ToString();

    public string Errors => _console.Errors.ToString();

    public static HostRun Of<TTask>(params string[] args)
        where TTask : class, IFrostingTask => Of([typeof(TTask)], args);

    public static HostRun Of(Type[] tasks, params string[] args) => Of(tasks, static _ => { }, args);

    public static HostRun Of(Type[] tasks, Action<CakeHost> configure, params string[] args)
    {
        var run = new HostRun();
        var host = new CakeHost().ConfigureServices(services =>
        {
            services.AddSingleton(run);
            services.AddSingleton<IConsole>(run._console);
            services.AddSingleton(AnsiConsole.Create(new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                Out = new AnsiConsoleOutput(run._console.Output),
            }));
            foreach (var task in tasks)
            {
                services.AddSingleton(typeof(IFrostingTask), task);
            }
        });
        configure(host);
        run.ExitCode = host.Run(args);
        return run;
    }

    public void Note(string note) => Notes.Add(note);

    private sealed class MemoryConsole : IConsole
    {
        public StringWriter Output { get; } = new();

        public StringWriter Errors { get; } = new();

        public ConsoleColor ForegroundColor { get; set; }

        public ConsoleColor BackgroundColor { get; set; }

        public bool SupportAnsiEscapeCodes => false;

        public void Write(string format, params object[] arg) => Output.Write(format, arg);

        public void WriteLine(string format, params object[] arg) => Output.WriteLine(format, arg);

        public void WriteError(string format, params object[] arg) => Errors.Write(format, arg);

        public void WriteErrorLine(string format, params object[] arg) => Errors.WriteLine(format, arg);

        public void ResetColor()
        {
        }
    }
}
