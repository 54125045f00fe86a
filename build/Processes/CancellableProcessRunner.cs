using Cake.Core.IO;

namespace VectorDb.Build.Processes;

/// <summary>Cake's own process runner, whose processes are killed when the run is cancelled.</summary>
internal sealed class CancellableProcessRunner(IProcessRunner inner, CancellationToken cancellation) : IProcessRunner
{
    public IProcess? Start(FilePath filePath, ProcessSettings settings)
    {
        cancellation.ThrowIfCancellationRequested();
        var process = inner.Start(filePath, settings);
        if (process is not null)
        {
            // Lasts as long as the run.
            cancellation.Register(() => Kill(process));
        }

        return process;
    }

    private static void Kill(IProcess process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or its owner has disposed of it.
        }
    }
}
