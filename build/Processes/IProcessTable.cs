namespace VectorDb.Build.Processes;

internal interface IProcessTable
{
    ProcessIdentity Current { get; }

    /// <returns>True only when it is certain: a process of another machine may well live.</returns>
    bool HasEnded(ProcessIdentity process);
}
