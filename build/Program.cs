using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;
using VectorDb.Build;
using VectorDb.Build.CommandLine;
using VectorDb.Build.Environments;
using VectorDb.Build.Processes;

Console.SetOut(new DetachableWriter(Console.Out));
Console.SetError(new DetachableWriter(Console.Error));
var targets = Target.Of(typeof(BuildContext).Assembly);
var root = RepositoryRoot.Find();
var (invocation, problems) = ArgumentParser.Parse(args, targets, EnvironmentNames.Of(root));
if (invocation is null)
{
    problems.ToList().ForEach(problem => Console.Error.WriteLine($"Error: {problem}"));
    return ExitCodes.UsageError;
}

if (EnvironmentNames.NeedsRehearsal(invocation))
{
    invocation = invocation.InRehearsal();
}

if (invocation.AsksForHelp)
{
    Help.Write(Console.Out, targets);
    return 0;
}

// Colours are for people: a terminal, or the log of GitHub.
if (Console.IsOutputRedirected && Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is null)
{
    Environment.SetEnvironmentVariable("NO_COLOR", "1");
}

var commands = new CommandRunner(TimeProvider.System);
using var signals = new Signals(commands.KillAll);
var session = new BuildSession(root, invocation, signals.Cancellation);
var exitCode = new CakeHost()
    .UseContext<BuildContext>()
    .UseWorkingDirectory(session.RepositoryRoot)
    .UseStartup<Startup>()
    .ConfigureServices(services => services.AddSingleton(session).AddSingleton(commands))
    .Run(invocation.CakeArguments());
return signals.ExitCode ?? (session.ExitCode == 0 ? exitCode : session.ExitCode);
