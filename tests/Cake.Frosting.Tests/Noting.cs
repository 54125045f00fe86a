using Cake.Core;

namespace Cake.Frosting.Tests;

/// <summary>A task that notes down its name when it runs.</summary>
public abstract class Noting : FrostingTask
{
    private readonly HostRun _run;

    private protected Noting(HostRun run) => _run = run;

    public override void Run(ICakeContext context) => _run.Note(GetType().Name);
}
